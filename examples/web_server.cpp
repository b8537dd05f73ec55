// A web server: a page, a WebSocket that answers what it hears, and lines that come as they are
// made.
//
//   example_web_server [ENDPOINT]         # http://127.0.0.1:6001 unless told otherwise
//   curl http://127.0.0.1:6001/
//   curl --data hello http://127.0.0.1:6001/echo
//   curl --no-buffer http://127.0.0.1:6001/ticks

#include <gnet/gnet.h>

#include <cstdio>
#include <string>

using namespace std::chrono_literals;
using gnet::http::Request;
using gnet::http::Response;

int main(int argc, char** argv) {
  gnet::web::App app;
  app.get("/", [] { return "hello, world!"; });
  app.websocket("/ws", [](gnet::ws::WebSocket& ws) {
    while (const auto message = ws.receive()) ws.send(*message);
  });
  app.post("/echo", [](Request& request, Response& response) {
    response.type("application/octet-stream");
    for (auto piece = request.read_some(); !piece.empty(); piece = request.read_some()) {
      response.write(piece);
    }
  });
  app.get("/ticks", [](Request&, Response& response) {
    response.type("text/plain");
    for (int i = 1; i <= 3; ++i) {
      response.write("tick " + std::to_string(i) + "\n");
      gnet::sleep(100ms);
    }
  });

  auto& root = gnet::Service::instance();
  auto& site = root.add_factory("site", std::make_unique<gnet::HTTPServerFactory>(
                                            argc > 1 ? argv[1] : "127.0.0.1:6001", std::move(app)));
  site.start();
  std::printf("listening on %s\n", site.local_endpoint().to_string().c_str());
  std::fflush(stdout);
  gnet::wait();  // until SIGINT or SIGTERM
}
