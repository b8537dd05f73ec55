// An HTTP server that says hello, and prints its port: http_hello [CERTIFICATE KEY].

#include <gnet/gnet.h>

#include <cstdio>
#include <utility>

int main(int argc, char** argv) {
  gnet::TCPServerOptions options{.max_connections = 15000};
  if (argc == 3) {
    options.tls = gnet::TLSContext::server({.certificate_file = argv[1], .key_file = argv[2]});
  }
  gnet::HTTPServerFactory server(
      "127.0.0.1:0",
      [](gnet::http::Request&, gnet::http::Response& response) {
        response.send("Hello, World!", "text/plain");
      },
      {}, std::move(options));
  server.start();
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  gnet::wait();
}
