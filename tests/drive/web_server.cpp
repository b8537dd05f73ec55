// web_server PROGRAM: asks examples/web_server.cpp what a browser would.

#include <gnet/gnet.h>
#include <signal.h>

#include <string>

#include "tests/drive/drive.h"

using namespace std::chrono_literals;

int main(int, char** argv) {
  drive::Server server(argv[1]);
  const std::string host = "127.0.0.1:" + std::to_string(server.endpoint.port());
  const std::string url = "http://" + host;

  gnet::http::Client client;
  CHECK(client.get(url + "/").read_all() == "hello, world!");
  CHECK(client.post(url + "/echo", "hello", "text/plain").read_all() == "hello");
  CHECK(client.get(url + "/ticks").read_all() == "tick 1\ntick 2\ntick 3\n");
  CHECK(client.get(url + "/x").status() == 404);

  auto socket = gnet::ws::connect("ws://" + host + "/ws");
  socket.send("ping");
  const auto answer = socket.receive();
  CHECK(answer && answer->data == "ping");

  // A stop tells the WebSocket, and does not wait for it.
  server.program.send_signal(SIGTERM);
  CHECK(!socket.receive());
  CHECK(socket.closed()->code == gnet::ws::kGoingAway);
  CHECK(server.program.wait(5s) == 0);
}
