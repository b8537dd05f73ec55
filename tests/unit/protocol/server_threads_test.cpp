// Servers whose connections live on several hubs.

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gnet/io/connect.h"
#include "gnet/protocol/tcp_server_factory.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(server_threads)

using namespace std::chrono_literals;
using gnet::Endpoint;
using gnet::HubGroup;
using gnet::Stream;
using gnet::TCPServerFactory;
using test::eventually;

namespace {

struct Echo : gnet::Protocol {
  void data_received(std::string_view data) override { send_data(data); }
};

// A server over three hubs, which notes where its connections are.
class Server : public TCPServerFactory {
 public:
  explicit Server(gnet::TCPServerOptions options = {}, std::size_t threads = 3)
      : TCPServerFactory(Endpoint::parse("127.0.0.1:0"), options),
        group(std::make_shared<HubGroup>(threads)) {
    set_builder([] { return std::make_unique<Echo>(); });
    spread_over(group);
  }
  ~Server() override { stop(0s); }

  void connection_started(gnet::Connection&) override {
    ++started;
    const std::lock_guard lock(mutex_);
    ++per_hub_[group->index()];
  }
  void connection_ended(gnet::Connection&, const gnet::CloseReason&) override { ++ended; }
  void connection_gone(const gnet::SocketAddress& peer) noexcept override {
    gone_on_hub_0 = gone_on_hub_0 && group->index() == 0 && peer.family() == AF_INET;
    ++gone;
  }

  // Connections so far on each hub: "2 1 1".
  std::string balance() {
    std::string text;
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < group->size(); ++i) {
      text += (i == 0 ? "" : " ") + std::to_string(per_hub_[i]);
    }
    return text;
  }

  std::shared_ptr<HubGroup> group;
  std::atomic<int> started{0};
  std::atomic<int> ended{0};
  int gone = 0;
  bool gone_on_hub_0 = true;

 private:
  std::mutex mutex_;
  std::map<std::size_t, int> per_hub_;
};

// A hub that does not look at its letters until `go`.
struct LooksAway {
  LooksAway(Server& server, std::size_t hub) {
    server.group->post(hub, [this] {
      begun = true;
      while (!go) std::this_thread::yield();
    });
    BOOST_REQUIRE(eventually([this] { return begun.load(); }));
  }
  std::atomic<bool> begun{false};
  std::atomic<bool> go{false};
};

std::string ask(Stream& client, std::string_view question) {
  client.send_all(question);
  char buffer[1000];
  return {buffer, client.receive(buffer, sizeof buffer, 10s)};
}

// The clients' end of that many connections, all of them served.
std::vector<Stream> clients(Server& server, int count) {
  std::vector<Stream> all;
  const int before = server.started;
  for (int i = 0; i < count; ++i) all.push_back(gnet::connect_stream(server.local_endpoint()));
  BOOST_REQUIRE(eventually([&] { return server.started == before + count; }));
  return all;
}

bool at_end(Stream& client) {
  char buffer[1];
  try {
    return client.receive(buffer, 1, 10s) == 0;
  } catch (const std::system_error& error) {
    return error.code() == std::errc::connection_reset;
  }
}

std::ptrdiff_t threads_now() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                       std::filesystem::directory_iterator());
}

// Sends without end.
struct Busy : gnet::Protocol {
  void connection_made() override {
    add_inner_fiber([this] {
      while (accepts_data()) {
        send_data("x");
        gnet::sleep(1ms);
      }
    });
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(connections_are_spread_evenly_and_served) {
  Server server;
  server.start();
  auto all = clients(server, 30);
  for (int round = 0; round < 3; ++round) {
    for (Stream& client : all) BOOST_REQUIRE(ask(client, "ooxx") == "ooxx");
  }
  BOOST_TEST(server.balance() == "10 10 10");
  const auto counters = server.counters();
  BOOST_TEST(counters.accepted == 30U);
  BOOST_TEST(counters.active == 30U);
  BOOST_TEST(counters.received_bytes == 360U);
  BOOST_TEST(counters.sent_bytes == 360U);
}

BOOST_AUTO_TEST_CASE(a_lone_connection_stays_on_hub_0) {
  Server server;
  server.start();
  for (int i = 0; i < 5; ++i) {
    {
      auto one = clients(server, 1);
      BOOST_TEST(ask(one[0], "ooxx") == "ooxx");
    }
    BOOST_REQUIRE(eventually([&] { return server.counters().active == 0; }));
  }
  BOOST_TEST(server.balance() == "5 0 0");
}

BOOST_AUTO_TEST_CASE(a_hub_whose_connections_have_ended_gets_the_next) {
  Server server;
  server.start();
  auto all = clients(server, 3);
  all[1].close();  // it was on hub 1
  BOOST_REQUIRE(eventually([&] { return server.counters().active == 2; }));
  auto next = clients(server, 1);
  BOOST_TEST(server.balance() == "1 2 1");
}

BOOST_AUTO_TEST_CASE(servers_that_share_a_group_balance_together) {
  Server first;
  Server second;
  second.spread_over(first.group);
  second.group = first.group;
  first.start();
  second.start();
  auto one = clients(first, 1);
  auto two = clients(second, 1);
  BOOST_TEST(first.balance() == "1 0 0");
  BOOST_TEST(second.balance() == "0 1 0");
}

BOOST_AUTO_TEST_CASE(one_thread_is_no_thread) {
  const auto before = threads_now();
  TCPServerFactory server(Endpoint::parse("127.0.0.1:0"));
  server.set_builder([] { return std::make_unique<Echo>(); });
  server.set_threads(1);
  server.start();
  BOOST_TEST(threads_now() == before);
  Stream client = gnet::connect_stream(server.local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  const Stream other = gnet::connect_stream(server.local_endpoint());
  BOOST_TEST(eventually([&] { return server.counters().active == 2; }));
  server.stop(0s);
  server.set_threads(3);
  BOOST_TEST(threads_now() == before + 2);
}

BOOST_AUTO_TEST_CASE(hubs_cannot_change_under_connections) {
  Server server;
  server.start();
  auto one = clients(server, 1);
  BOOST_CHECK_THROW(server.set_threads(2), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(each_connection_is_visited_once_on_its_own_hub) {
  Server server;
  server.start();
  auto all = clients(server, 7);
  std::map<std::size_t, int> visits;
  server.for_each_connection<gnet::Protocol>([&](gnet::Protocol& one) {
    BOOST_TEST(one.factory() == &server);
    ++visits[server.group->index()];
  });
  BOOST_TEST((visits == std::map<std::size_t, int>{{0, 3}, {1, 2}, {2, 2}}));
}

BOOST_AUTO_TEST_CASE(broadcast_reaches_all_hubs_from_any) {
  struct Chat : gnet::Protocol {
    void data_received(std::string_view data) override { factory()->broadcast(data); }
  };
  Server server;
  server.set_builder([] { return std::make_unique<Chat>(); });
  server.start();
  auto all = clients(server, 6);
  server.broadcast("a");
  for (Stream& client : all) {
    char letter = 0;
    BOOST_REQUIRE(client.receive(&letter, 1, 10s) == 1U);
    BOOST_TEST(letter == 'a');
  }
  all[4].send_all("b");  // on hub 1
  for (Stream& client : all) {
    char letter = 0;
    BOOST_REQUIRE(client.receive(&letter, 1, 10s) == 1U);
    BOOST_TEST(letter == 'b');
  }
}

BOOST_AUTO_TEST_CASE(connections_may_ask_for_the_counters_of_all_hubs) {
  struct Count : gnet::Protocol {
    void data_received(std::string_view) override {
      send_data(std::to_string(factory()->counters().active));
    }
  };
  Server server;
  server.set_builder([] { return std::make_unique<Count>(); });
  server.start();
  auto all = clients(server, 3);
  for (Stream& client : all) BOOST_TEST(ask(client, "?") == "3");
}

BOOST_AUTO_TEST_CASE(the_limit_is_exact_and_an_end_elsewhere_makes_room) {
  Server server({.max_connections = 4});
  server.start();
  auto all = clients(server, 4);
  Stream waiting = gnet::connect_stream(server.local_endpoint());
  waiting.send_all("x");
  char answer = 0;
  BOOST_CHECK_THROW(waiting.receive(&answer, 1, 30ms), std::system_error);
  BOOST_TEST(server.counters().active == 4U);
  all[1].close();  // on hub 1
  BOOST_TEST(waiting.receive(&answer, 1, 10s) == 1U);
  BOOST_TEST(server.balance() == "2 2 1");
}

BOOST_AUTO_TEST_CASE(counters_are_exact_after_the_end) {
  Server server;
  server.start();
  {
    auto all = clients(server, 40);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string text(i + 1, 'x');
      BOOST_REQUIRE(ask(all[i], text) == text);
    }
  }
  BOOST_TEST(server.stop(10s) == 0U);
  const auto counters = server.counters();
  BOOST_TEST(counters.accepted == 40U);
  BOOST_TEST(counters.active == 0U);
  BOOST_TEST(counters.received_bytes == 820U);
  BOOST_TEST(counters.sent_bytes == 820U);
  BOOST_TEST(server.ended == 40);
  BOOST_TEST(server.gone == 40);
  BOOST_TEST(server.gone_on_hub_0);
  server.set_threads(2);
  BOOST_TEST(server.counters().received_bytes == 820U);
}

BOOST_AUTO_TEST_CASE(stop_lets_transfers_on_all_hubs_end) {
  Server server;
  server.start();
  auto all = clients(server, 6);
  std::vector<gnet::Fiber<int>> transfers;
  for (Stream& client : all) {
    transfers.push_back(gnet::spawn([&client] {
      for (int i = 0; i < 20; ++i) {
        if (ask(client, "ooxx") != "ooxx") return i;
        gnet::sleep(10ms);
      }
      client.shutdown_send();
      return 20;
    }));
  }
  gnet::sleep(15ms);
  BOOST_TEST(server.stop(10s) == 0U);
  for (auto& transfer : transfers) BOOST_TEST(transfer.get() == 20);
}

BOOST_AUTO_TEST_CASE(stop_lets_quiet_connections_on_all_hubs_end) {
  Server server;
  server.start();
  auto all = clients(server, 6);
  BOOST_TEST(server.stop(gnet::Deadline::never()) == 0U);
  for (Stream& client : all) BOOST_TEST(at_end(client));
}

BOOST_AUTO_TEST_CASE(stop_cuts_on_all_hubs_after_the_grace_and_counts) {
  Server server;
  server.set_builder([] { return std::make_unique<Busy>(); });
  server.start();
  auto all = clients(server, 7);
  const auto begun = gnet::Clock::now();
  BOOST_TEST(server.stop(300ms) == 7U);
  BOOST_TEST((gnet::Clock::now() - begun < 2s));
  BOOST_TEST(server.counters().active == 0U);
  BOOST_TEST(server.ended == 7);
}

BOOST_AUTO_TEST_CASE(it_can_be_started_again) {
  Server server;
  server.start();
  auto first = clients(server, 3);
  BOOST_TEST(server.stop(0s) == 3U);
  server.start();
  auto second = clients(server, 3);
  for (Stream& client : second) BOOST_TEST(ask(client, "ooxx") == "ooxx");
}

BOOST_AUTO_TEST_CASE(a_builder_that_throws_on_another_hub_costs_its_connection_only) {
  test::LogLines log;
  Server server;
  server.set_builder([&]() -> std::unique_ptr<gnet::Protocol> {
    if (server.group->index() == 1) throw test::Oops(1);
    return std::make_unique<Echo>();
  });
  server.start();
  auto first = clients(server, 1);
  Stream second = gnet::connect_stream(server.local_endpoint());
  BOOST_TEST(at_end(second));
  BOOST_REQUIRE(eventually([&] { return server.counters().active == 1; }));
  BOOST_TEST(log.text().find("cannot serve a connection: oops 1") != std::string::npos);
  BOOST_TEST(ask(first[0], "ooxx") == "ooxx");
  BOOST_TEST(server.gone == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_on_its_way_to_another_hub_is_cut_when_the_server_stops) {
  Server server;
  server.start();
  auto first = clients(server, 1);
  LooksAway hub_1(server, 1);
  Stream second = gnet::connect_stream(server.local_endpoint());
  BOOST_REQUIRE(eventually([&] { return server.group->least_busy() == 2; }));
  gnet::Fiber<std::size_t> stopping = gnet::spawn([&] { return server.stop(0s); });
  gnet::sleep(10ms);
  // Its grace may be over in the same turn as this sleep.
  for (int i = 0; i < 10; ++i) gnet::yield();
  hub_1.go = true;
  BOOST_TEST(stopping.get() == 2U);
  BOOST_TEST(at_end(second));
  BOOST_TEST(server.gone == 2);
  BOOST_TEST(server.started == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_on_its_way_to_another_hub_may_drain) {
  Server server;
  server.start();
  auto first = clients(server, 1);
  LooksAway hub_1(server, 1);
  Stream second = gnet::connect_stream(server.local_endpoint());
  BOOST_REQUIRE(eventually([&] { return server.group->least_busy() == 2; }));
  second.send_all("ooxx");
  gnet::Fiber<std::size_t> stopping = gnet::spawn([&] { return server.stop(10s); });
  gnet::sleep(10ms);
  hub_1.go = true;
  char buffer[10];
  BOOST_TEST(std::string(buffer, second.receive(buffer, sizeof buffer, 10s)) == "ooxx");
  BOOST_TEST(stopping.get() == 0U);
}

BOOST_AUTO_TEST_CASE(hubs_that_end_give_their_connections_back) {
  Server server;
  server.start();
  auto all = clients(server, 3);
  server.group->stop();
  BOOST_TEST(eventually([&] { return server.counters().active == 1; }));
  BOOST_TEST(at_end(all[1]));
  BOOST_TEST(at_end(all[2]));
  BOOST_TEST(server.ended == 2);
  // What is left serves on.
  auto more = clients(server, 3);
  BOOST_TEST(server.balance() == "4 1 1");
  BOOST_TEST(ask(more[2], "ooxx") == "ooxx");
}

BOOST_AUTO_TEST_CASE(hubs_that_end_close_what_is_on_its_way_to_them) {
  Server server;
  server.start();
  auto first = clients(server, 1);
  server.group->run(1, [&] {
    // On hub 1, which now ends with the connection in its letter box.
    server.group->post(0, [&server, next = std::make_shared<Stream>()] {
      gnet::spawn([&server, next] { *next = gnet::connect_stream(server.local_endpoint()); });
    });
    const auto until = gnet::Clock::now() + 100ms;
    while (gnet::Clock::now() < until) std::this_thread::yield();
  });
  server.group->stop();
  BOOST_TEST(eventually([&] { return server.counters().active == 1; }));
  BOOST_TEST(ask(first[0], "ooxx") == "ooxx");
}

BOOST_AUTO_TEST_CASE(many_short_connections_leave_nothing_behind) {
  Server server({.max_connections = 8});
  server.start();
  std::vector<gnet::Fiber<int>> workers;
  for (int i = 0; i < 16; ++i) {
    workers.push_back(gnet::spawn([&server] {
      int good = 0;
      for (int n = 0; n < 50; ++n) {
        Stream client = gnet::connect_stream(server.local_endpoint());
        good += ask(client, "ooxx") == "ooxx" ? 1 : 0;
      }
      return good;
    }));
  }
  int good = 0;
  for (auto& worker : workers) good += worker.get();
  BOOST_TEST(good == 800);
  BOOST_TEST(eventually([&] { return server.counters().active == 0; }));
  BOOST_TEST(server.counters().accepted == 800U);
  BOOST_TEST(server.counters().received_bytes == 3200U);
  BOOST_TEST(server.gone == 800);
  BOOST_TEST(server.group->least_busy() == 0U);
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_after_its_hub_takes_the_other_hubs_along) {
  std::atomic<int> lost{0};
  struct Quiet : gnet::Protocol {
    explicit Quiet(std::atomic<int>& lost) : lost(lost) {}
    void connection_lost(const gnet::CloseReason&) override { ++lost; }
    std::atomic<int>& lost;
  };
  std::unique_ptr<TCPServerFactory> server;
  std::vector<gnet::UniqueFd> kept;
  test::on_thread([&] {
    server = std::make_unique<TCPServerFactory>(Endpoint::parse("127.0.0.1:0"));
    server->set_builder([&] { return std::make_unique<Quiet>(lost); });
    server->set_threads(2);
    server->start();
    for (int i = 0; i < 2; ++i) {
      kept.push_back(gnet::connect_stream(server->local_endpoint()).socket().release());
    }
    eventually([&] { return server->counters().active == 2; });
  });
  BOOST_TEST(lost == 1);  // the one on the hub that has ended
  std::thread([&] { server.reset(); }).join();
  BOOST_TEST(lost == 2);
}

BOOST_AUTO_TEST_SUITE_END()
