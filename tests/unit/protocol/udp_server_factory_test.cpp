#include "gnet/protocol/udp_server_factory.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"

BOOST_AUTO_TEST_SUITE(udp_server_factory)

using namespace std::chrono_literals;
using gnet::DatagramSocket;
using gnet::Endpoint;
using gnet::UDPServerFactory;

namespace {

struct Echo : UDPServerFactory {
  using UDPServerFactory::UDPServerFactory;
  ~Echo() override { end(); }
  void datagram_received(std::string_view data, const gnet::SocketAddress& peer) override {
    if (data == "throw") throw std::runtime_error("as asked");
    if (data == "throw 42") throw 42;
    if (data == "time out") {
      const gnet::Timeout limit(0s);
      gnet::sleep(1ms);
    }
    send_to(data, peer);
  }
};

std::unique_ptr<Echo> echo_server() {
  auto server = std::make_unique<Echo>("udp-l://127.0.0.1:0");
  server->start();
  return server;
}

// The answer to one datagram; "nothing" when none comes.
std::string ask(DatagramSocket& client, std::string_view question) {
  client.send(question);
  std::string answer(70'000, '\0');
  const auto size = client.receive(answer.data(), answer.size(), 5s);
  return size ? answer.substr(0, *size) : "nothing";
}

struct QuietLog {
  QuietLog() { gnet::set_log_level(gnet::LogLevel::off); }
  ~QuietLog() { gnet::set_log_level(gnet::LogLevel::info); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(answers_datagrams_and_counts_them) {
  const auto server = echo_server();
  auto client = DatagramSocket::connect(server->local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(ask(client, std::string(60'000, 'x')) == std::string(60'000, 'x'));
  BOOST_TEST(server->datagram_counters().received == 2U);
  BOOST_TEST(server->datagram_counters().sent == 2U);
  BOOST_TEST(server->datagram_counters().received_bytes == 60'004U);
  BOOST_TEST(server->datagram_counters().sent_bytes == 60'004U);
}

BOOST_AUTO_TEST_CASE(an_empty_datagram_is_a_datagram) {
  const auto server = echo_server();
  auto client = DatagramSocket::connect(server->local_endpoint());
  BOOST_TEST(ask(client, "") == "");
  BOOST_TEST(server->datagram_counters().received == 1U);
}

BOOST_AUTO_TEST_CASE(unix_datagrams_are_answered_too) {
  const std::string name = "@gnet-udp-test-" + std::to_string(getpid());
  auto server = std::make_unique<Echo>(
      Endpoint::unix_path(name, gnet::Transport::unix_datagram).with_listen());
  server->start();
  auto client = DatagramSocket::connect(Endpoint::unix_path(name, gnet::Transport::unix_datagram));
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
}

BOOST_AUTO_TEST_CASE(a_unix_peer_that_does_not_read_keeps_nobody_from_being_answered) {
  const std::string name = "@gnet-udp-full-" + std::to_string(getpid());
  const Endpoint endpoint = Endpoint::unix_path(name, gnet::Transport::unix_datagram);
  auto server = std::make_unique<Echo>(endpoint.with_listen());
  server->start();
  // Not connected: the kernel holds a few answers for it, and no more.
  auto mute = DatagramSocket::bind(
      Endpoint::unix_path(name + "-mute", gnet::Transport::unix_datagram).with_listen());
  for (std::uint64_t i = 1; i <= 600; ++i) {
    mute.send("ooxx", gnet::SocketAddress::unix_path(endpoint.path()));
    while (server->datagram_counters().received < i) gnet::yield();
  }
  auto client = DatagramSocket::connect(endpoint);
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(server->datagram_counters().errors > 0U);
  // Each was answered, or counted.
  const gnet::FactoryCounters all = server->counters();
  BOOST_TEST(all.unsent > 0U);
  BOOST_TEST(all.unsent + server->datagram_counters().sent == all.datagrams);
}

BOOST_AUTO_TEST_CASE(a_slow_callback_keeps_the_order) {
  struct Slow : UDPServerFactory {
    Slow(const char* address, std::string* seen) : UDPServerFactory(address), seen(seen) {}
    ~Slow() override { end(); }
    void datagram_received(std::string_view data, const gnet::SocketAddress&) override {
      const std::string copy(data);
      if (copy == "0") gnet::sleep(10ms);
      *seen += copy;
      BOOST_TEST(copy == data);  // valid for all of the callback
    }
    std::string* seen;
  };
  std::string seen;
  auto server = std::make_unique<Slow>("udp-l://127.0.0.1:0", &seen);
  server->start();
  auto client = DatagramSocket::connect(server->local_endpoint());
  for (int i = 0; i < 10; ++i) client.send(std::to_string(i));
  for (int i = 0; i < 1000 && seen.size() < 10; ++i) gnet::sleep(1ms);
  BOOST_TEST(seen == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_costs_its_datagram_only) {
  const QuietLog quiet;
  const auto server = echo_server();
  auto client = DatagramSocket::connect(server->local_endpoint());
  client.send("throw");
  client.send("throw 42");
  client.send("time out");
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(server->datagram_counters().errors == 3U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_gone_does_not_end_the_server) {
  const auto server = echo_server();
  for (int i = 0; i < 5; ++i) {
    auto gone = DatagramSocket::connect(server->local_endpoint());
    gone.send("answer me");
  }  // closed before the answers: ICMP "port unreachable"
  gnet::sleep(20ms);
  auto client = DatagramSocket::connect(server->local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(server->running());
}

BOOST_AUTO_TEST_CASE(a_datagram_above_the_limit_is_dropped) {
  auto server = std::make_unique<Echo>("udp-l://127.0.0.1:0");
  server->max_datagram = 10;
  server->start();
  auto client = DatagramSocket::connect(server->local_endpoint());
  client.send("12345678901");
  BOOST_TEST(ask(client, "1234567890") == "1234567890");
  BOOST_TEST(server->datagram_counters().truncated == 1U);
  BOOST_TEST(server->counters().truncated == 1U);
}

BOOST_AUTO_TEST_CASE(sending_too_much_at_once_throws) {
  const auto server = echo_server();
  auto client = DatagramSocket::connect(server->local_endpoint());
  const auto size = client.local_endpoint();
  gnet::SocketAddress peer = gnet::addresses_of(size).front();
  BOOST_CHECK_THROW(server->send_to(std::string(70'000, 'x'), peer), std::system_error);
}

BOOST_AUTO_TEST_CASE(stop_waits_for_the_callback_and_cuts_it_after_the_grace) {
  struct Sleepy : UDPServerFactory {
    Sleepy(const char* address, int* done) : UDPServerFactory(address), done(done) {}
    ~Sleepy() override { end(); }
    void datagram_received(std::string_view data, const gnet::SocketAddress&) override {
      gnet::sleep(data == "short" ? 5ms : 60'000ms);
      ++*done;
    }
    int* done;
  };
  int done = 0;
  auto server = std::make_unique<Sleepy>("udp-l://127.0.0.1:0", &done);
  server->start();
  auto client = DatagramSocket::connect(server->local_endpoint());
  client.send("short");
  while (server->datagram_counters().received < 1) gnet::sleep(1ms);
  BOOST_TEST(server->stop(5s) == 0U);
  BOOST_TEST(done == 1);
  BOOST_TEST(!server->running());
  server->start();
  client = DatagramSocket::connect(server->local_endpoint());
  client.send("long");
  while (server->datagram_counters().received < 2) gnet::sleep(1ms);
  BOOST_TEST(server->stop(5ms) == 1U);
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(what_was_put_off_may_be_sent_before_the_socket_is_closed) {
  struct Later : UDPServerFactory {
    using UDPServerFactory::UDPServerFactory;
    ~Later() override { end(); }
    void datagram_received(std::string_view data, const gnet::SocketAddress& from) override {
      text = data;
      peer = from;
    }
    std::size_t wind_up(gnet::Deadline grace) override {
      BOOST_TEST(!grace.passed());
      return send_to(text, peer) ? 7 : 0;
    }
    std::string text;
    gnet::SocketAddress peer;
  };
  Later server(Endpoint::parse("udp-l://127.0.0.1:0"));
  server.start();
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("later");
  while (server.datagram_counters().received < 1) gnet::sleep(1ms);
  BOOST_TEST(server.stop(5s) == 7U);
  BOOST_TEST(server.stop(5s) == 0U);
  char buffer[8];
  BOOST_TEST(client.receive(buffer, sizeof buffer, 5s).value() == 5U);
}

BOOST_AUTO_TEST_CASE(a_bad_address_is_named) {
  Echo first(Endpoint::parse("udp-l://127.0.0.1:0"));
  first.listen();
  Echo second(first.local_endpoint());
  BOOST_CHECK_EXCEPTION(second.start(), std::system_error, [&](const std::system_error& error) {
    return std::string(error.what()).find(first.local_endpoint().to_string()) != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
