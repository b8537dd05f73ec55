// WSGI Servers And Websockets: an application with a blueprint, and a WebSocket beside it.

#include <iostream>

#include "gnet/gnet.h"

void handle_websocket(gnet::ws::WebSocket& socket) {
  while (const auto message = socket.receive()) {
    socket.send("heard " + std::string(message->data));
  }
}

gnet::web::App v1() {
  gnet::web::App blueprint;
  blueprint.get("/backends/{name}", [](gnet::http::Request& request) {
    return "backend " + std::string(request.param("name"));
  });
  return blueprint;
}

gnet::web::App create_app() {
  gnet::web::App app;
  app.mount("/v1", v1());
  app.websocket("/websocket", handle_websocket);
  return app;
}

int main() {
  gnet::HTTPServerFactory http_server("127.0.0.1:0", create_app());
  http_server.start();

  const auto host = "127.0.0.1:" + std::to_string(http_server.local_endpoint().port());
  gnet::http::Client client;
  std::cout << client.get("http://" + host + "/v1/backends/one").read_all() << '\n';
  std::cout << client.get("http://" + host + "/v2").status() << '\n';
  auto socket = gnet::ws::connect("ws://" + host + "/websocket");
  socket.send("hello");
  std::cout << socket.receive()->data << '\n';
  socket.close();
}
