// 简单server: each connection is a call of handle(), in a fiber of its own. The original serves
// port 5000 for ever; here the first client that has read everything stops it.

#include <iostream>
#include <string>

#include "gnet/gnet.h"

void handle(gnet::AnyStream& socket, const gnet::Endpoint&) {
  socket.send_all("Hello from a telnet!\n");
  for (int i = 0; i < 5; ++i) socket.send_all(std::to_string(i) + '\n');
}  // which closes it

int main() {
  gnet::StreamServer server({"127.0.0.1", 0}, handle);

  server.listen();
  auto client = gnet::spawn([&] {
    gnet::AnyStream socket = gnet::connect(server.local_endpoint());
    std::cout << gnet::BufferedReader(socket).read_all();
    server.stop();
  });

  server.serve_forever();
}
