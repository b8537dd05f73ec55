// A web server: a page, what a client sends back to it, and lines that come as they are made.
//
//   web_server [ENDPOINT]                 # http://127.0.0.1:8080 unless told otherwise
//   curl http://127.0.0.1:8080/
//   curl --data hello http://127.0.0.1:8080/echo
//   curl --no-buffer http://127.0.0.1:8080/ticks

#include <gnet/gnet.h>

#include <cstdio>
#include <string>

using namespace std::chrono_literals;

namespace {

void answer(gnet::http::Request& request, gnet::http::Response& response) {
  if (request.path() == "/") {
    response.send("<!doctype html><title>gnet</title><h1>Hello</h1>\n", "text/html; charset=utf-8");
  } else if (request.path() == "/echo") {
    response.type("application/octet-stream");
    for (auto piece = request.read_some(); !piece.empty(); piece = request.read_some()) {
      response.write(piece);
    }
  } else if (request.path() == "/ticks") {
    response.type("text/plain");
    for (int i = 1; i <= 3; ++i) {
      response.write("tick " + std::to_string(i) + "\n");
      gnet::sleep(100ms);
    }
  } else {
    throw gnet::http::HTTPError(404, "there is no such page");
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto& root = gnet::Service::instance();
  auto& server = root.add_factory("web", std::make_unique<gnet::HTTPServerFactory>(
                                             argc > 1 ? argv[1] : "127.0.0.1:8080", answer));
  server.start();
  std::printf("listening on %s\n", server.local_endpoint().to_string().c_str());
  std::fflush(stdout);
  gnet::wait();  // until SIGINT or SIGTERM
}
