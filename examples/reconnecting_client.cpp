// A client that comes back: the server below hangs up after each answer, and the client connects
// again, three times in all.

#include <cstdio>
#include <string>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

// Answers once.
struct ShortServerProtocol : gnet::Protocol {
  void data_received(std::string_view data) override { send_lose(data); }
};

struct EchoClientProtocol : gnet::Protocol {
  void connection_made() override {
    std::puts("connection made");
    send_data("ooxx");
  }

  void data_received(std::string_view data) override {
    std::printf("data received: %s\n", gnet::shorten(data, 32).c_str());
  }

  void connection_lost(const gnet::CloseReason& reason) override {
    std::printf("connection lost: %s\n", reason.text().c_str());
  }
};

struct EchoClientFactory : gnet::ReconnectingClientFactory {
  explicit EchoClientFactory(const gnet::Endpoint& endpoint) : ReconnectingClientFactory(endpoint) {
    reconnect_delay = 10ms;
  }

  std::unique_ptr<gnet::Protocol> build_protocol() override {
    if (++connections == 3) stop_trying();
    return std::make_unique<EchoClientProtocol>();
  }

  int connections = 0;
};

int main() {
  auto server = gnet::TCPServerFactory::of<ShortServerProtocol>("127.0.0.1:0");
  server->start();

  EchoClientFactory client(server->local_endpoint());
  client.start();
  client.wait_ended();
}
