#include "gnet/protocol/acceptor.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/io/connect.h"
#include "gnet/sync/wait_queue.h"
#include "tests/unit/eventually.h"
#include "tests/unit/few_descriptors.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/valgrind.h"

BOOST_AUTO_TEST_SUITE(acceptor)

using namespace gnet;
using namespace std::chrono_literals;
using test::eventually;

namespace {

constexpr detail::WaitKind kRoom{"room"};

constexpr auto kStep = 20ms;

// To the nearest step: a busy machine is late.
long to_steps(Duration delay) {
  return (delay + kStep / 2) / kStep;
}

struct Server : Acceptor::Owner {
  explicit Server(AcceptOptions options = {}) : acceptor(*this, listener, options) {}
  ~Server() { acceptor.stop(); }

  bool is_full() const noexcept override { return served.size() >= capacity; }
  void wait_for_room(Deadline deadline) override {
    waits.push_back(deadline.is_never() ? -1 : to_steps(deadline.when() - Clock::now()));
    room.wait(kRoom, this, deadline);
  }
  void serve(Accepted accepted) override {
    if (before) before();
    served.push_back(std::move(accepted));
  }
  void accepting_failed(const std::system_error& error) noexcept override {
    failure = error.code();
  }
  const Logger& accept_log() override { return log; }

  void connect(int count) {
    for (int i = 0; i < count; ++i)
      clients.push_back(gnet::connect_stream(listener.local_endpoint()));
  }

  Logger log{"test"};
  Listener listener{"127.0.0.1:0"};
  const std::string address = listener.local_endpoint().to_string();
  std::size_t capacity = 1000;
  std::function<void()> before;
  std::vector<Accepted> served;
  std::vector<Stream> clients;
  std::vector<long> waits;  // in steps; -1: without end
  WaitQueue room;
  std::error_code failure;
  Acceptor acceptor;
};

}  // namespace

BOOST_AUTO_TEST_CASE(hands_over_what_comes) {
  Server server;
  server.acceptor.start("accept");
  server.acceptor.start("accept");  // does nothing
  server.connect(3);
  BOOST_TEST(eventually([&] { return server.served.size() == 3; }));
  BOOST_TEST(server.acceptor.running());
  server.acceptor.stop();
  BOOST_TEST(!server.acceptor.running());
  server.connect(1);
  sleep(5ms);
  BOOST_TEST(server.served.size() == 3u);
}

BOOST_AUTO_TEST_CASE(other_fibers_run_after_max_accept_in_a_row) {
  Server server({.max_accept = 3});
  server.connect(8);
  std::vector<std::size_t> seen;
  bool over = false;
  server.acceptor.start("accept");
  auto watcher = spawn([&] {
    while (!over) {
      if (seen.empty() || seen.back() != server.served.size()) seen.push_back(server.served.size());
      yield();
    }
  });
  BOOST_TEST(eventually([&] { return server.served.size() == 8; }));
  over = true;
  watcher.join();
  const std::vector<std::size_t> steps{3, 6, 8};
  BOOST_TEST(seen == steps, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(max_accept_is_at_least_one) {
  BOOST_CHECK_THROW(Server({.max_accept = 0}), Misuse);
}

BOOST_AUTO_TEST_CASE(waits_while_the_server_is_full) {
  Server server;
  server.capacity = 2;
  server.acceptor.start("accept");
  server.connect(3);
  BOOST_TEST(eventually([&] { return !server.waits.empty(); }));
  sleep(2ms);
  BOOST_TEST(server.served.size() == 2u);
  server.capacity = 3;
  server.room.notify_all();
  BOOST_TEST(eventually([&] { return server.served.size() == 3; }));
}

BOOST_AUTO_TEST_CASE(room_that_others_take_meanwhile_costs_no_connection) {
  Server server;
  server.acceptor.start("accept");
  yield();              // it waits for a connection
  server.capacity = 0;  // full now
  server.connect(1);
  BOOST_TEST(eventually([&] { return !server.waits.empty(); }));
  BOOST_TEST(server.served.empty());
  server.capacity = 1;
  server.room.notify_all();
  BOOST_TEST(eventually([&] { return server.served.size() == 1; }));
}

BOOST_AUTO_TEST_CASE(the_back_off_doubles_and_a_success_resets_it) {
  test::LogLines log;
  Server server({.first_delay = kStep, .last_delay = 4 * kStep});
  int failures = 5;
  server.before = [&] {
    if (--failures >= 0) throw std::bad_alloc();
  };
  server.connect(6);
  server.acceptor.start("accept");
  BOOST_TEST(eventually([&] { return server.served.size() == 1; }));
  failures = 1;
  server.connect(2);
  BOOST_TEST(eventually([&] { return server.served.size() == 2; }));
  const std::vector<long> expected{1, 2, 4, 4, 4, 1};
  BOOST_TEST(server.waits == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_ends_the_back_off) {
  test::LogLines log;
  Server server({.first_delay = 30s, .last_delay = 30s});
  bool failed = false;
  server.before = [&] {
    if (!std::exchange(failed, true)) throw_errno(EMFILE, "as asked");
  };
  server.acceptor.start("accept");
  server.connect(2);
  BOOST_TEST(eventually([&] { return failed; }));
  server.room.notify_all();
  BOOST_TEST(eventually([&] { return server.served.size() == 1; }));
}

BOOST_AUTO_TEST_CASE(that_connections_wait_is_said_once_a_second_however_many_come_between) {
  // Valgrind accepts beyond the limit, closes what it got, and says that there is no room.
  if (test::on_valgrind()) return;
  test::LogLines log;
  Server server({.first_delay = 1ms, .last_delay = 1ms});
  server.connect(30);
  const TimePoint start = Clock::now();
  {
    const test::FewDescriptors few(1);
    server.acceptor.start("accept");
    for (int i = 0; i < 10; ++i) {
      const std::size_t failed = server.waits.size();
      BOOST_REQUIRE(
          eventually([&] { return !server.served.empty() && server.waits.size() > failed; }));
      server.served.clear();
    }
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(Clock::now() - start).count();
  const std::string text = log.text();
  long lines = 0;
  for (auto at = text.find("connections wait"); at != text.npos;
       at = text.find("connections wait", at + 1)) {
    ++lines;
  }
  BOOST_TEST(lines >= 1);
  BOOST_TEST(lines <= 1 + seconds);
}

BOOST_AUTO_TEST_CASE(a_listener_that_is_closed_ends_it_quietly) {
  test::LogLines log;
  Server server;
  server.acceptor.start("accept");
  yield();
  server.listener.close();
  BOOST_TEST(eventually([&] { return !server.acceptor.running(); }));
  BOOST_TEST(!server.failure);
  BOOST_TEST(log.text().empty());
}

BOOST_AUTO_TEST_CASE(a_listener_that_can_be_of_no_use_any_more_is_closed) {
  test::LogLines log;
  Server server;
  server.acceptor.start("accept");
  yield();
  ::shutdown(server.listener.socket().native_handle(), SHUT_RD);  // accept: EINVAL
  BOOST_TEST(eventually([&] { return static_cast<bool>(server.failure); }));
  BOOST_TEST((server.failure == std::errc::invalid_argument));
  BOOST_TEST(!server.listener.is_open());
  BOOST_TEST(eventually([&] { return !server.acceptor.running(); }));
  BOOST_TEST(log.text() == "accept on " + server.address + ": invalid argument: it is closed\n");
}

BOOST_AUTO_TEST_SUITE_END()
