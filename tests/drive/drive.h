// What those share that talk to an example: the program that listens, and a check that ends all.
//
//   drive::Server server(argv[1]);
//   CHECK(ask(server.endpoint).starts_with("hello"));

#pragma once

#include <gnet/gnet.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#define CHECK(condition)                                           \
  do {                                                             \
    if (!(condition)) {                                            \
      std::fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
      std::exit(1);                                                \
    }                                                              \
  } while (false)

namespace drive {

// An example that was told a port of 0 and has said where it listens.
struct Server {
  explicit Server(const char* path)
      : program({path, "127.0.0.1:0"}, {.out = gnet::Stdio::pipe()}),
        output(program.out()),
        endpoint(listening()) {}

  gnet::Popen program;
  gnet::BufferedReader<gnet::Pipe> output;
  gnet::Endpoint endpoint;

 private:
  gnet::Endpoint listening() {
    const std::string line = *output.read_line(std::chrono::seconds(10));
    CHECK(line.starts_with("listening on "));
    return gnet::Endpoint::parse(line.substr(line.rfind(' ') + 1));
  }
};

}  // namespace drive
