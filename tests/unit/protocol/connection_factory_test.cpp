#include "gnet/protocol/connection_factory.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/io/connect.h"
#include "gnet/protocol/tcp_server_factory.h"

BOOST_AUTO_TEST_SUITE(connection_factory)

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
  gnet::yield();
  BOOST_TEST(server.counters().sent_bytes == 2U);
}

BOOST_AUTO_TEST_CASE(a_visit_may_suspend_and_the_connection_stays) {
  Server server;
  std::vector<Stream> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(server.connect());
  std::size_t visited = 0;
  std::size_t lost = 0;
  server.for_each_connection<gnet::Protocol>([&](gnet::Protocol& one) {
    for (Stream& client : clients) client.abort();
    clients.clear();
    for (int i = 0; i < 20; ++i) gnet::sleep(1ms);  // all of them end
    ++visited;
    try {
      one.send_data(std::string(1'000'000, 'x'));
    } catch (const gnet::ConnectionLost& error) {
      BOOST_TEST(error.session() == one.session_id());
      ++lost;
    }
  });
  BOOST_TEST(visited == 1U);
  BOOST_TEST(lost == 1U);
  while (server.counters().active > 0) gnet::sleep(1ms);
}

BOOST_AUTO_TEST_CASE(quiet_connections_are_not_cut_however_short_the_stop) {
  for (const auto grace : {100ms, 300ms}) {
    Server server;
    const Stream first = server.connect();
    const Stream second = server.connect();
    BOOST_TEST(server.stop(grace) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(how_long_quiet_is_can_be_set) {
  Server server;
  server.drain_quiet = 5ms;
  const Stream client = server.connect();
  const auto begin = gnet::Clock::now();
  BOOST_TEST(server.stop(10s) == 0U);
  BOOST_TEST((gnet::Clock::now() - begin < 200ms));
}

BOOST_AUTO_TEST_SUITE_END()
