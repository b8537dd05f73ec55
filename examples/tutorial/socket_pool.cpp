// 组和池: a pool of sockets that are listened to; who comes when it is full is turned away.

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gnet/gnet.h"

class SocketPool {
 public:
  void listen(gnet::Stream& socket) {
    std::string buffer(256, '\0');
    while (const std::size_t size = socket.receive(buffer.data(), buffer.size())) {
      std::cout << buffer.substr(0, size);
      socket.send_all("ok\n");
    }
  }

  void add_handler(gnet::Stream socket) {
    if (pool_.full()) throw std::runtime_error("At maximum pool size");
    pool_.spawn([this, socket = std::move(socket)]() mutable { listen(socket); });
  }

  void shutdown() { pool_.kill(); }

 private:
  gnet::Pool pool_{2};  // ten in the original
};

int main() {
  SocketPool pool;
  gnet::Listener listener("127.0.0.1:0");

  std::vector<gnet::AnyStream> clients;
  for (const std::string name : {"steve", "john", "nancy"}) {
    gnet::AnyStream& client = clients.emplace_back(gnet::connect(listener.local_endpoint()));
    try {
      pool.add_handler(gnet::Stream(listener.accept().fd));
      client.send_all("hello from " + name + '\n');
      gnet::BufferedReader(client).read_line();
    } catch (const std::runtime_error& error) {
      std::cout << error.what() << '\n';
    }
  }
  pool.shutdown();
}
