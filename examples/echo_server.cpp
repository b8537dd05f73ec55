// An echo server: what comes in goes out again.
//
//   example_echo_server [ENDPOINT]              # 127.0.0.1:6011 unless given
//   nc 127.0.0.1 6011

#include <cstdio>

#include "gnet/gnet.h"

struct EchoServerProtocol : gnet::Protocol {
  void connection_made() override { log().info("connection made"); }

  void data_received(std::string_view data) override {
    log().debug("data received: {}", gnet::shorten(data, 32));
    send_data(data);
  }

  void connection_lost(const gnet::CloseReason& reason) override {
    log().info("connection lost: {}", reason.text());
  }
};

int main(int argc, char** argv) {
  gnet::set_log_level(gnet::LogLevel::debug);
  auto& service = gnet::Service::instance();
  auto& server = service.add_factory("echo", gnet::TCPServerFactory::of<EchoServerProtocol>(
                                                 argc > 1 ? argv[1] : "127.0.0.1:6011"));
  server.start();
  fmt::print("listening on {}\n", server.local_endpoint().to_string());
  std::fflush(stdout);

  gnet::wait();  // until Ctrl-C
  fmt::print("stopped\n");
}
