// web_chat PROGRAM: two guests of examples/web_chat.cpp, and somebody who counts them.

#include <gnet/gnet.h>
#include <signal.h>

#include <string>

#include "tests/drive/drive.h"

using namespace std::chrono_literals;

namespace {

// The next event of a stream.
struct Events {
  explicit Events(gnet::http::ClientResponse answer) : response(std::move(answer)) {}

  std::string next() {
    for (;;) {
      if (auto event = reader.next(input)) return event->data;
      input = response.read_some();
      if (input.empty()) return "";
    }
  }

  gnet::http::ClientResponse response;
  gnet::http::EventStreamReader reader;
  std::string_view input;
};

}  // namespace

int main(int, char** argv) {
  drive::Server server(argv[1]);
  const std::string host = "127.0.0.1:" + std::to_string(server.endpoint.port());

  auto ann = gnet::ws::connect("ws://" + host + "/chat");
  gnet::http::Client client;
  Events counts(client.get("http://" + host + "/count"));
  CHECK(counts.next() == "1 here");
  auto joe = gnet::ws::connect("ws://" + host + "/chat");
  CHECK(counts.next() == "2 here");

  ann.send("hello");
  CHECK(ann.receive()->data == "hello");
  CHECK(joe.receive()->data == "hello");
  joe.close();
  CHECK(counts.next() == "1 here");

  server.program.send_signal(SIGTERM);
  CHECK(!ann.receive());
  CHECK(counts.next() == "");
  CHECK(server.program.wait(5s) == 0);
}
