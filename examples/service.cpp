// A server and a client in one program, under one Service: each is told what is published, and
// both stop with it, the last one first.

#include <cstdio>
#include <string>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

struct EchoServerProtocol : gnet::Protocol {
  void data_received(std::string_view data) override { send_data(data); }
};

struct EchoServerFactory : gnet::TCPServerFactory {
  using TCPServerFactory::TCPServerFactory;

  std::unique_ptr<gnet::Protocol> build_protocol() override {
    return std::make_unique<EchoServerProtocol>();
  }

  void on_notify(const std::any& message) override {
    std::printf("notify server: %s\n", std::any_cast<std::string>(message).c_str());
  }
};

struct EchoClientProtocol : gnet::Protocol {
  explicit EchoClientProtocol(gnet::Event& answered) : answered(answered) {}

  void connection_made() override { send_data("ooxx"); }

  void data_received(std::string_view data) override {
    std::printf("data received: %s\n", gnet::shorten(data, 32).c_str());
    answered.set();
  }

  gnet::Event& answered;
};

struct EchoClientFactory : gnet::ReconnectingClientFactory {
  explicit EchoClientFactory(const gnet::Endpoint& endpoint)
      : ReconnectingClientFactory(endpoint, {.initial = 10s}) {}

  std::unique_ptr<gnet::Protocol> build_protocol() override {
    return std::make_unique<EchoClientProtocol>(answered);
  }

  void on_notify(const std::any& message) override {
    std::printf("notify client: %s\n", std::any_cast<std::string>(message).c_str());
  }

  gnet::Event answered;
};

int main() {
  auto& root = gnet::Service::instance();
  auto& server = root.add_factory(
      "echo_server", std::make_unique<EchoServerFactory>(gnet::Endpoint::parse("127.0.0.1:0")));
  server.start();
  auto& client =
      root.add_factory("echo_client", std::make_unique<EchoClientFactory>(server.local_endpoint()));
  client.start();

  root.notify_factory("*", "hello");
  root.notify_factory("*_client", "hello, client");

  client.answered.wait();
  root.stop(1s);
  std::puts("stopped");
}
