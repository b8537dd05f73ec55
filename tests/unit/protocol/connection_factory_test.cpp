#include "gnet/protocol/connection_factory.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/io/connect.h"
#include "gnet/protocol/tcp_server_factory.h"

using namespace std::chrono_literals;
using gnet::Endpoint;
using gnet::Stream;

namespace {

struct Quiet : gnet::Protocol {};

// Notes when connections come and go.
struct Server : gnet::TCPServerFactory {
  Server() : TCPServerFactory(Endpoint::parse("127.0.0.1:0")) { start(); }
  std::unique_ptr<gnet::Protocol> build_protocol() override { return std::make_unique<Quiet>(); }
  void connection_started(gnet::Connection&) override { ++started; }
  void connection_ended(gnet::Connection&, const gnet::CloseReason& reason) override {
    reasons += std::string(to_string(reason.kind)) + " ";
  }

  Stream connect() {
    Stream client = gnet::connect_stream(local_endpoint());
    const int before = started;
    while (started == before) gnet::sleep(1ms);
    return client;
  }

  int started = 0;
  std::string reasons;
};

std::string read_some(Stream& stream) {
  char buffer[1000];
  return {buffer, stream.receive(buffer, sizeof buffer, 5s)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(connection_factory)

BOOST_AUTO_TEST_CASE(connections_are_known_from_their_start_to_their_end) {
  Server server;
  Stream first = server.connect();
  Stream second = server.connect();
  int count = 0;
  server.for_each_connection<gnet::Protocol>([&](gnet::Protocol& one) {
    ++count;
    BOOST_TEST(one.factory() == &server);
  });
  BOOST_TEST(count == 2);
  first.close();
  while (server.counters().active == 2) gnet::sleep(1ms);
  BOOST_TEST(server.reasons == "eof ");
  BOOST_TEST(server.counters().accepted == 2U);
}

BOOST_AUTO_TEST_CASE(broadcast_reaches_every_connection) {
  Server server;
  Stream first = server.connect();
  Stream second = server.connect();
  server.broadcast("hello");
  BOOST_TEST(read_some(first) == "hello");
  BOOST_TEST(read_some(second) == "hello");
}

BOOST_AUTO_TEST_CASE(broadcast_aborts_those_that_do_not_keep_up) {
  Server server;
  Stream slow = server.connect();
  Stream quick = server.connect();
  auto reader = gnet::spawn([&] {
    while (!read_some(quick).empty()) continue;
  });
  for (int i = 0; i < 1000 && server.counters().active == 2; ++i) {
    server.broadcast(std::string(100'000, 'x'));
    gnet::sleep(2ms);
  }
  BOOST_TEST(server.reasons == "aborted here ");
  BOOST_TEST(server.counters().active == 1U);
  reader.kill();
}

BOOST_AUTO_TEST_CASE(counters_include_connections_that_live) {
  Server server;
  {
    Stream ended = server.connect();
    ended.send_all("12345");
  }
  while (server.counters().active > 0) gnet::sleep(1ms);
  Stream alive = server.connect();
  alive.send_all("123");
  for (int i = 0; i < 1000 && server.counters().received_bytes < 8; ++i) gnet::sleep(1ms);
  BOOST_TEST(server.counters().received_bytes == 8U);
  server.broadcast("12");
  BOOST_TEST(server.counters().sent_bytes == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
