#include "gnet/protocol/tcp_server_factory.h"

#include <boost/test/unit_test.hpp>

#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/connect.h"
#include "gnet/protocol/udp_server_factory.h"
#include "tests/unit/eventually.h"
#include "tests/unit/few_descriptors.h"
#include "tests/unit/valgrind.h"

BOOST_AUTO_TEST_SUITE(tcp_server_factory)

using namespace std::chrono_literals;
using gnet::Endpoint;
using gnet::Stream;
using gnet::TCPServerFactory;
using test::eventually;

namespace {

struct Echo : gnet::Protocol {
  void data_received(std::string_view data) override { send_data(data); }
};

std::unique_ptr<TCPServerFactory> echo_server(gnet::TCPServerOptions options = {}) {
  auto server = std::make_unique<TCPServerFactory>(Endpoint::parse("127.0.0.1:0"), options);
  server->set_builder([] { return std::make_unique<Echo>(); });
  server->start();
  return server;
}

std::string ask(Stream& client, std::string_view question, gnet::Duration limit = 5s) {
  client.send_all(question);
  char buffer[1000];
  return {buffer, client.receive(buffer, sizeof buffer, limit)};
}

gnet::Duration cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

struct QuietLog {
  QuietLog() { gnet::set_log_level(gnet::LogLevel::off); }
  ~QuietLog() { gnet::set_log_level(gnet::LogLevel::info); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_port_that_the_kernel_chose_is_known) {
  const auto server = echo_server();
  BOOST_TEST(server->local_endpoint().port() != 0);
  TCPServerFactory idle(Endpoint::parse("127.0.0.1:0"));
  BOOST_CHECK_THROW(static_cast<void>(idle.local_endpoint()), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_named) {
  const auto server = echo_server();
  TCPServerFactory second(server->local_endpoint());
  BOOST_CHECK_EXCEPTION(second.start(), std::system_error, [&](const std::system_error& error) {
    return error.code() == std::errc::address_in_use &&
           std::string(error.what()) == "cannot listen on " + server->local_endpoint().to_string() +
                                            ": address already in use";
  });
  BOOST_TEST(!second.running());
}

BOOST_AUTO_TEST_CASE(serves_many_connections_at_once) {
  const auto server = echo_server();
  std::vector<Stream> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(gnet::connect_stream(server->local_endpoint()));
  for (int round = 0; round < 3; ++round) {
    for (Stream& client : clients) BOOST_REQUIRE(ask(client, "ooxx") == "ooxx");
  }
  BOOST_TEST(server->counters().accepted == 100U);
  BOOST_TEST(server->counters().active == 100U);
  BOOST_TEST(server->counters().received_bytes == 1200U);
}

BOOST_AUTO_TEST_CASE(max_connections_pauses_accepting) {
  const auto server = echo_server({.max_connections = 2});
  std::vector<Stream> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(gnet::connect_stream(server->local_endpoint()));
  BOOST_TEST(ask(clients[0], "a") == "a");
  BOOST_TEST(ask(clients[1], "b") == "b");
  BOOST_CHECK_THROW(ask(clients[2], "c", 30ms), std::system_error);
  BOOST_TEST(server->counters().active == 2U);
  clients[0].close();
  char answer = 0;
  BOOST_TEST(clients[2].receive(&answer, 1, 5s) == 1U);
  BOOST_TEST(answer == 'c');
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_not_admitted_is_turned_away) {
  struct Choosy : TCPServerFactory {
    using TCPServerFactory::TCPServerFactory;
    bool admit(const gnet::SocketAddress&) override { return false; }
  };
  Choosy server(Endpoint::parse("127.0.0.1:0"));
  server.start();
  Stream client = gnet::connect_stream(server.local_endpoint());
  char buffer[1];
  BOOST_TEST(client.receive(buffer, 1, 5s) == 0U);
  BOOST_TEST(server.counters().refused == 1U);
  BOOST_TEST(server.counters().accepted == 0U);
}

BOOST_AUTO_TEST_CASE(a_builder_that_throws_costs_its_connection_only) {
  const QuietLog quiet;
  TCPServerFactory server(Endpoint::parse("127.0.0.1:0"));
  int built = 0;
  server.set_builder([&]() -> std::unique_ptr<gnet::Protocol> {
    if (++built == 1) throw std::runtime_error("as asked");
    return std::make_unique<Echo>();
  });
  server.start();
  Stream first = gnet::connect_stream(server.local_endpoint());
  char buffer[1];
  BOOST_TEST(first.receive(buffer, 1, 5s) == 0U);
  Stream second = gnet::connect_stream(server.local_endpoint());
  BOOST_TEST(ask(second, "ooxx") == "ooxx");
}

BOOST_AUTO_TEST_CASE(out_of_descriptors_everybody_is_served_in_the_end_without_spinning) {
  // Valgrind accepts beyond the limit, closes what it got, and says that there is no room.
  if (test::on_valgrind()) return;
  const QuietLog quiet;
  TCPServerFactory server(Endpoint::parse("127.0.0.1:0"));
  server.set_builder([] { return std::make_unique<Echo>(); });
  server.listen();
  std::vector<Stream> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(gnet::connect_stream(server.local_endpoint()));
    clients.back().send_all("x");
  }
  const test::FewDescriptors few(8);
  server.start();
  gnet::sleep(20ms);
  const auto before = cpu_time();
  gnet::sleep(500ms);  // the server is full, and waits
  BOOST_TEST((cpu_time() - before < 100ms));
  BOOST_TEST(server.counters().active < 20U);
  for (Stream& client : clients) {
    char answer = 0;
    BOOST_REQUIRE(client.receive(&answer, 1, 10s) == 1U);
    client.close();
  }
  BOOST_TEST(server.counters().accepted == 200U);
}

BOOST_AUTO_TEST_CASE(stop_lets_quiet_connections_end_and_counts_none) {
  const auto server = echo_server();
  Stream client = gnet::connect_stream(server->local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(server->stop(5s) == 0U);
  BOOST_TEST(!server->running());
  char buffer[1];
  BOOST_TEST(client.receive(buffer, 1, 5s) == 0U);
}

BOOST_AUTO_TEST_CASE(stop_lets_a_transfer_end) {
  const auto server = echo_server();
  Stream client = gnet::connect_stream(server->local_endpoint());
  BOOST_TEST(ask(client, "x") == "x");
  auto transfer = gnet::spawn([&] {
    for (int i = 0; i < 20; ++i) {
      if (ask(client, "ooxx") != "ooxx") return i;
      gnet::sleep(10ms);
    }
    client.shutdown_send();
    return 20;
  });
  gnet::sleep(15ms);
  BOOST_TEST(server->stop(10s) == 0U);
  BOOST_TEST(transfer.get() == 20);
}

BOOST_AUTO_TEST_CASE(stop_cuts_after_the_grace_and_counts) {
  struct Busy : gnet::Protocol {
    void connection_made() override { gnet::sleep(60s); }
  };
  TCPServerFactory server(Endpoint::parse("127.0.0.1:0"));
  server.set_builder([] { return std::make_unique<Busy>(); });
  server.start();
  std::vector<Stream> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(gnet::connect_stream(server.local_endpoint()));
  BOOST_TEST(eventually([&] { return server.counters().active == 3; }));
  const auto begun = gnet::Clock::now();
  BOOST_TEST(server.stop(20ms) == 3U);
  BOOST_TEST((gnet::Clock::now() - begun < 2s));
  BOOST_TEST(server.counters().active == 0U);
}

BOOST_AUTO_TEST_CASE(it_can_be_paused_stopped_and_started_again) {
  const auto server = echo_server();
  server->pause();
  BOOST_TEST(!server->running());
  Stream waiting = gnet::connect_stream(server->local_endpoint());
  BOOST_CHECK_THROW(ask(waiting, "x", 30ms), std::system_error);
  server->resume();
  char answer = 0;
  BOOST_TEST(waiting.receive(&answer, 1, 5s) == 1U);
  waiting.close();
  const Endpoint where = server->local_endpoint();
  server->stop(5s);
  server->stop(5s);
  server->start();
  Stream client = gnet::connect_stream(server->local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
}

BOOST_AUTO_TEST_CASE(a_unix_path_goes_with_its_server) {
  const std::string path = "/tmp/gnet-tcp-server-test-" + std::to_string(getpid());
  {
    TCPServerFactory server(Endpoint::unix_path(path));
    server.set_builder([] { return std::make_unique<Echo>(); });
    server.start();
    Stream client = gnet::connect_stream(server.local_endpoint());
    BOOST_TEST(ask(client, "ooxx") == "ooxx");
    BOOST_TEST(access(path.c_str(), F_OK) == 0);
  }
  BOOST_TEST(access(path.c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(of_takes_options) {
  struct Greeter : gnet::Protocol {
    explicit Greeter(std::string text) : text(std::move(text)) {}
    void connection_made() override { send_lose(text); }
    std::string text;
  };
  auto server =
      TCPServerFactory::of<Greeter>({"127.0.0.1", 0}, {.max_connections = 1}, std::string("hi"));
  server->start();
  Stream client = gnet::connect_stream(server->local_endpoint());
  BOOST_TEST(eventually([&] { return server->active() == 1; }));
  BOOST_TEST(server->full());
  BOOST_TEST(ask(client, "") == "hi");
}

BOOST_AUTO_TEST_CASE(an_address_may_be_a_host_and_a_port) {
  TCPServerFactory server({"127.0.0.1", 0});
  server.listen();
  BOOST_TEST(server.port() > 0);
  BOOST_TEST(server.port() == server.local_endpoint().port());
}

BOOST_AUTO_TEST_CASE(a_builder_may_be_told_of_the_peer) {
  struct Named : gnet::Protocol {
    explicit Named(const gnet::SocketAddress& peer) : name(peer.short_name()) {}
    void connection_made() override { send_lose(name); }
    std::string name;
  };
  struct Naming : TCPServerFactory {
    using TCPServerFactory::TCPServerFactory;
    ~Naming() override { end(); }
    std::unique_ptr<gnet::Protocol> build_protocol(const gnet::SocketAddress& peer) override {
      return std::make_unique<Named>(peer);
    }
  };
  TCPServerFactory built("127.0.0.1:0");
  built.set_builder([](const gnet::SocketAddress& peer) { return std::make_unique<Named>(peer); });
  Naming overriding("127.0.0.1:0");
  for (TCPServerFactory* server : {&built, static_cast<TCPServerFactory*>(&overriding)}) {
    server->start();
    Stream client = gnet::connect_stream(server->local_endpoint());
    BOOST_TEST(ask(client, "") ==
               "127.0.0.1:" + std::to_string(client.socket().local_endpoint().port()));
  }
}

BOOST_AUTO_TEST_CASE(a_builder_that_returns_nothing_refuses_the_connection) {
  const QuietLog quiet;
  TCPServerFactory server("127.0.0.1:0");
  int built = 0;
  server.set_builder([&] { return ++built == 1 ? nullptr : std::make_unique<Echo>(); });
  server.start();
  Stream first = gnet::connect_stream(server.local_endpoint());
  char buffer[1];
  BOOST_TEST(first.receive(buffer, 1, 5s) == 0U);
  Stream second = gnet::connect_stream(server.local_endpoint());
  BOOST_TEST(ask(second, "ooxx") == "ooxx");
  BOOST_CHECK_THROW(server.set_builder(TCPServerFactory::Builder()), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(a_connection_finds_its_factory_as_what_it_is) {
  struct Counting : TCPServerFactory {
    using TCPServerFactory::TCPServerFactory;
    ~Counting() override { end(); }
    int made = 0;
  };
  struct One : gnet::Protocol {
    void connection_made() override {
      ++factory<Counting>()->made;
      send_lose(factory<gnet::UDPServerFactory>() == nullptr ? "ok" : "no");
    }
  };
  Counting server("127.0.0.1:0");
  server.set_builder([] { return std::make_unique<One>(); });
  server.start();
  Stream client = gnet::connect_stream(server.local_endpoint());
  BOOST_TEST(ask(client, "") == "ok");
  BOOST_TEST(server.made == 1);
}

BOOST_AUTO_TEST_CASE(connections_that_stop_their_server_do_not_wait_for_each_other) {
  struct Stopper : gnet::Protocol {
    void data_received(std::string_view) override { factory()->stop(10s); }
  };
  auto server = TCPServerFactory::of<Stopper>("127.0.0.1:0");
  server->start();
  Stream one = gnet::connect_stream(server->local_endpoint());
  Stream two = gnet::connect_stream(server->local_endpoint());
  BOOST_TEST(eventually([&] { return server->active() == 2; }));
  one.send_all("stop");
  two.send_all("stop");
  BOOST_TEST(eventually([&] { return server->active() == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
