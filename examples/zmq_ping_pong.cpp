// ZeroMQ between two fibers of one thread: each waits for the other's answer, and while it does,
// the other runs.

#include <cstdio>
#include <string>

#include "gnet/gnet.h"
#include "gnet/zmq/socket.h"

constexpr int kRounds = 9;

int main() {
  gnet::zmq::Context context;
  gnet::zmq::Socket server(context, ZMQ_REP);
  server.bind("tcp://127.0.0.1:*");

  auto serving = gnet::spawn([&] {
    for (int round = 1; round <= kRounds; ++round) {
      const std::string request = server.receive();
      std::printf("server: %s %d\n", request.c_str(), round);
      server.send("world");
    }
  });
  auto asking = gnet::spawn([&] {
    gnet::zmq::Socket client(context, ZMQ_REQ);
    client.connect(server.last_endpoint());
    for (int round = 1; round <= kRounds; ++round) {
      client.send("hello");
      const std::string answer = client.receive();
      std::printf("client: %s %d\n", answer.c_str(), round);
    }
  });
  serving.join();
  asking.join();
}
