#include "gnet/protocol/datagram_server.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "gnet/base/error.h"
#include "gnet/sync/event.h"
#include "gnet/sync/pool.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(datagram_server)

using namespace gnet;
using namespace std::chrono_literals;
using test::eventually;

namespace {

constexpr auto kPatience = 20s;

// The next answer; "nothing" when none comes.
std::string receive(DatagramSocket& client, Duration limit = kPatience) {
  std::string answer(70'000, '\0');
  const auto size = client.receive(answer.data(), answer.size(), limit);
  return size ? answer.substr(0, *size) : "nothing";
}

std::string ask(DatagramSocket& client, std::string_view question) {
  client.send(question);
  return receive(client);
}

// Answers each datagram with itself.
struct EchoServer : DatagramServer {
  explicit EchoServer(ServerAddress<DatagramSocket> address, DatagramServerOptions options = {})
      : DatagramServer(
            std::move(address),
            [this](std::string_view data, const SocketAddress& peer) { send_to(data, peer); },
            options) {
    start();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(answers_datagrams_and_counts_them) {
  EchoServer server("127.0.0.1:0");
  BOOST_TEST((server.local_endpoint().transport() == Transport::udp));
  auto client = DatagramSocket::connect(server.local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(ask(client, "") == "");
  BOOST_TEST(ask(client, std::string(60'000, 'x')) == std::string(60'000, 'x'));
  BOOST_TEST(server.datagram_counters().received == 3u);
  BOOST_TEST(server.datagram_counters().sent_bytes == 60'004u);
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_bound_already) {
  auto socket = DatagramSocket::bind("udp-l://127.0.0.1:0");
  const Endpoint address = socket.local_endpoint();
  EchoServer server(std::move(socket));
  BOOST_TEST((server.local_endpoint() == address));
  auto client = DatagramSocket::connect(address);
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
}

BOOST_AUTO_TEST_CASE(a_unix_socket) {
  const std::string name = "@gnet-datagram-server-" + std::to_string(getpid());
  EchoServer server(name);
  auto client = DatagramSocket::connect(Endpoint::parse(name, Transport::udp));
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
}

BOOST_AUTO_TEST_CASE(each_datagram_has_a_fiber_and_its_data_for_all_of_it) {
  Event go;
  std::string seen;
  DatagramServer server("127.0.0.1:0", [&](std::string_view data, const SocketAddress&) {
    if (data == "slow") go.wait();
    seen += data;
    seen += ' ';
  });
  server.start();
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("slow");
  client.send("quick");
  BOOST_TEST(eventually([&] { return seen == "quick "; }));
  BOOST_TEST(server.active() == 1u);
  go.set();
  BOOST_TEST(eventually([&] { return seen == "quick slow "; }));
}

BOOST_AUTO_TEST_CASE(when_it_is_full_datagrams_wait_in_the_kernel) {
  Event go;
  int calls = 0;
  DatagramServer server("127.0.0.1:0",
                        [&](std::string_view, const SocketAddress&) {
                          ++calls;
                          go.wait();
                        },
                        {.max_handlers = 2});
  server.start();
  auto client = DatagramSocket::connect(server.local_endpoint());
  for (int i = 0; i < 5; ++i) client.send("x");
  BOOST_TEST(eventually([&] { return server.full(); }));
  gnet::sleep(5ms);
  BOOST_TEST(calls == 2);
  BOOST_TEST(server.datagram_counters().received == 2u);
  go.set();
  BOOST_TEST(eventually([&] { return calls == 5; }));
}

BOOST_AUTO_TEST_CASE(a_pool_that_others_fill_pauses_reading) {
  Pool pool(1);
  Event go;
  auto other = pool.spawn([&] { go.wait(); });
  EchoServer server("127.0.0.1:0", {.pool = &pool});
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("x");
  BOOST_TEST(receive(client, 20ms) == "nothing");
  BOOST_TEST(server.datagram_counters().received == 0u);
  go.set();
  BOOST_TEST(receive(client) == "x");
}

BOOST_AUTO_TEST_CASE(paused_it_leaves_datagrams_where_they_are) {
  EchoServer server("127.0.0.1:0");
  server.pause();
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("x");
  BOOST_TEST(receive(client, 20ms) == "nothing");
  server.resume();
  BOOST_TEST(receive(client) == "x");
}

BOOST_AUTO_TEST_CASE(an_error_costs_its_datagram_and_is_reported_once) {
  const test::Reports reports;
  DatagramServer server("127.0.0.1:0", [&](std::string_view data, const SocketAddress& peer) {
    if (data == "throw") throw test::Oops(1);
    server.send_to(data, peer);
  });
  server.start();
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("throw");
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST_REQUIRE(reports.all.size() == 1u);
  BOOST_TEST(reports.all[0].error == "oops 1");
  BOOST_TEST(server.datagram_counters().errors == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_dropped_or_refused) {
  EchoServer server("127.0.0.1:0", {.max_datagram = 10});
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("12345678901");
  BOOST_TEST(ask(client, "1234567890") == "1234567890");
  BOOST_TEST(server.datagram_counters().truncated == 1u);
  const SocketAddress peer = addresses_of(client.local_endpoint()).front();
  BOOST_CHECK_THROW(server.send_to(std::string(70'000, 'x'), peer), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_gone_does_not_end_the_server) {
  EchoServer server("127.0.0.1:0");
  for (int i = 0; i < 5; ++i) {
    auto gone = DatagramSocket::connect(server.local_endpoint());
    gone.send("answer me");
  }
  auto client = DatagramSocket::connect(server.local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(server.accepting());
}

BOOST_AUTO_TEST_CASE(stop_waits_and_then_kills) {
  int unwound = 0;
  int done = 0;
  Event go;
  DatagramServer server("127.0.0.1:0", [&](std::string_view data, const SocketAddress&) {
    const std::shared_ptr<void> frame(nullptr, [&](void*) { ++unwound; });
    if (data == "long") gnet::sleep(1h);
    go.wait();
    ++done;
  });
  server.start();
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("short");
  BOOST_TEST(eventually([&] { return server.active() == 1; }));
  go.set();
  BOOST_TEST(server.stop(kPatience) == 0u);
  BOOST_TEST(done == 1);
  BOOST_TEST(server.closed());
  BOOST_TEST(!server.send_to("x", SocketAddress()));

  server.start();
  client = DatagramSocket::connect(server.local_endpoint());
  client.send("long");
  BOOST_TEST(eventually([&] { return server.active() == 1; }));
  BOOST_TEST(server.stop(1ms) == 1u);
  BOOST_TEST(unwound == 2);
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(serve_forever_ends_with_the_server) {
  DatagramServer server("127.0.0.1:0", [&](std::string_view, const SocketAddress&) {
    server.close();  // by its own handler
  });
  auto serving = spawn([&] { server.serve_forever(); });
  BOOST_TEST_REQUIRE(eventually([&] { return server.started(); }));
  DatagramSocket::connect(server.local_endpoint()).send("x");
  BOOST_TEST(serving.join(kPatience));
}

BOOST_AUTO_TEST_CASE(misuse_is_named) {
  BOOST_CHECK_THROW(DatagramServer("127.0.0.1:0", DatagramServer::Handler()), Misuse);
  BOOST_CHECK_THROW(DatagramServer("tcp://127.0.0.1:0", [](std::string_view, const auto&) {}),
                    BadEndpoint);
  EchoServer first("127.0.0.1:0");
  BOOST_CHECK_EXCEPTION(
      EchoServer(first.local_endpoint()), std::system_error, [&](const std::system_error& error) {
        return std::string(error.what()).find(first.local_endpoint().to_string()) !=
               std::string::npos;
      });
}

BOOST_AUTO_TEST_CASE(one_that_waits_for_a_full_pool_stops_at_once) {
  test::LogLines log;
  Pool pool(1);
  Event go;
  EchoServer server("127.0.0.1:0", {.pool = &pool});
  auto client = DatagramSocket::connect(server.local_endpoint());
  BOOST_TEST(ask(client, "x") == "x");
  auto other = pool.spawn([&] { go.wait(); });
  client.send("waits");
  gnet::sleep(5ms);
  const auto begun = Clock::now();
  BOOST_TEST(server.stop(0s) == 0u);
  BOOST_TEST((Clock::now() - begun < 1s));
  BOOST_TEST(log.text().empty());
  go.set();
  other.join();
}

BOOST_AUTO_TEST_SUITE_END()
