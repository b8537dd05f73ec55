#include "gnet/protocol/protocol.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/connect.h"
#include "gnet/protocol/tcp_server_factory.h"
#include "gnet/sync/event.h"

using namespace std::chrono_literals;
using gnet::CloseKind;
using gnet::CloseReason;
using gnet::Endpoint;
using gnet::Protocol;
using gnet::Stream;
using gnet::TCPServerFactory;

namespace {

struct Hooks;

// A connection whose callbacks are functions, and that checks what every connection
// is promised.
struct Probe : Protocol {
  explicit Probe(Hooks& hooks) : hooks(hooks) {}
  void connection_made() override;
  void data_received(std::string_view data) override;
  bool eof_received() override;
  void pre_connection_lost(const CloseReason& reason) override;
  void connection_lost(const CloseReason& reason) override;
  Hooks& hooks;
};

struct Hooks {
  std::function<void(Probe&)> set_up = [](Probe&) {};
  std::function<void(Probe&)> made = [](Probe&) {};
  std::function<void(Probe&, std::string_view)> data = [](Probe& p, std::string_view d) {
    p.send_data(d);
  };
  std::function<bool(Probe&)> eof = [](Probe&) { return false; };
  std::function<void(Probe&)> ending = [](Probe&) {};
  std::function<void(Probe&)> lost = [](Probe&) {};

  std::string story;                 // M D E P L: what was called, in order
  std::vector<CloseReason> reasons;  // of connection_lost
  int inside = 0;                    // callbacks that run now
  int most_inside = 0;
};

struct Inside {
  Inside(Hooks& hooks, char what) : hooks(hooks) {
    if (what != 'D' || hooks.story.empty() || hooks.story.back() != 'D') hooks.story += what;
    hooks.most_inside = std::max(hooks.most_inside, ++hooks.inside);
  }
  ~Inside() { --hooks.inside; }
  Hooks& hooks;
};

void Probe::connection_made() {
  const Inside inside(hooks, 'M');
  hooks.made(*this);
}
void Probe::data_received(std::string_view data) {
  const Inside inside(hooks, 'D');
  hooks.data(*this, data);
}
bool Probe::eof_received() {
  const Inside inside(hooks, 'E');
  return hooks.eof(*this);
}
void Probe::pre_connection_lost(const CloseReason& reason) {
  const Inside inside(hooks, 'P');
  static_cast<void>(reason);
  hooks.ending(*this);
}
void Probe::connection_lost(const CloseReason& reason) {
  const Inside inside(hooks, 'L');
  hooks.reasons.push_back(reason);
  hooks.lost(*this);
}

struct Server {
  explicit Server(std::string_view endpoint = "127.0.0.1:0")
      : factory(std::make_unique<TCPServerFactory>(Endpoint::parse(endpoint))) {
    factory->set_builder([this] {
      auto probe = std::make_unique<Probe>(hooks);
      hooks.set_up(*probe);
      return probe;
    });
  }

  Stream connect() {
    factory->start();
    return gnet::connect_stream(factory->local_endpoint());
  }

  // Waits for the end of the only connection; how it ended.
  CloseReason end() {
    for (int i = 0; i < 10'000 && hooks.reasons.empty(); ++i) gnet::sleep(1ms);
    gnet::sleep(2ms);  // anything that came after it would come now
    BOOST_REQUIRE(hooks.reasons.size() == 1U);
    BOOST_TEST(hooks.story.back() == 'L');
    BOOST_TEST(hooks.most_inside == 1);
    return hooks.reasons.front();
  }

  CloseKind end_kind() { return end().kind; }

  Hooks hooks;
  std::unique_ptr<TCPServerFactory> factory;
};

std::string read_some(Stream& stream) {
  char buffer[4096];
  return {buffer, stream.receive(buffer, sizeof buffer, 5s)};
}

std::string read_all(Stream& stream) {
  std::string all;
  std::vector<char> buffer(64 * 1024);
  while (const std::size_t size = stream.receive(buffer.data(), buffer.size(), 10s)) {
    all.append(buffer.data(), size);
  }
  return all;
}

// Text that shows where a piece is missing.
std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}

// A client that the kernel lets take little.
void shrink(Stream& stream) {
  stream.socket().set_option(SOL_SOCKET, SO_RCVBUF, 4096);
}

struct QuietLog {
  QuietLog() { gnet::set_log_level(gnet::LogLevel::off); }
  ~QuietLog() { gnet::set_log_level(gnet::LogLevel::info); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

// ---- order ----

BOOST_AUTO_TEST_CASE(made_comes_before_data_and_lost_comes_last) {
  Server server;
  server.hooks.made = [](Probe&) { gnet::sleep(20ms); };  // data is there long before
  Stream client = server.connect();
  client.send_all("ooxx");
  BOOST_TEST(read_some(client) == "ooxx");
  client.shutdown_send();
  BOOST_TEST(read_some(client) == "");
  BOOST_TEST((server.end_kind() == CloseKind::eof));
  BOOST_TEST(server.hooks.story == "MDEPL");
}

BOOST_AUTO_TEST_CASE(callbacks_of_one_connection_never_overlap) {
  Server server;
  server.hooks.data = [](Probe& probe, std::string_view data) {
    gnet::sleep(2ms);
    probe.send_data(data);
  };
  Stream client = server.connect();
  std::string answer;
  for (int i = 0; i < 10; ++i) {
    client.send_all("x");
    gnet::sleep(1ms);
  }
  client.shutdown_send();
  BOOST_TEST(read_all(client) == "xxxxxxxxxx");
  server.end();
}

// ---- every way of ending: lost exactly once, last, with its reason ----

BOOST_AUTO_TEST_CASE(ends_at_the_end_of_the_peer) {
  Server server;
  server.connect().close();
  BOOST_TEST((server.end_kind() == CloseKind::eof));
}

BOOST_AUTO_TEST_CASE(ends_when_the_peer_is_silent_beyond_the_read_deadline) {
  Server server;
  server.hooks.set_up = [](Probe& probe) { probe.read_deadline = 30ms; };
  Stream client = server.connect();
  BOOST_TEST(read_all(client) == "");
  BOOST_TEST((server.end_kind() == CloseKind::read_deadline));
}

BOOST_AUTO_TEST_CASE(a_peer_that_drips_is_not_silent) {
  Server server;
  server.hooks.set_up = [](Probe& probe) { probe.read_deadline = 200ms; };
  Stream client = server.connect();
  for (int i = 0; i < 8; ++i) {
    client.send_all("x");
    gnet::sleep(50ms);
  }
  BOOST_TEST(server.hooks.reasons.empty());
}

BOOST_AUTO_TEST_CASE(ends_when_nothing_goes_either_way_beyond_the_idle_timeout) {
  Server server;
  server.hooks.set_up = [](Probe& probe) { probe.idle_timeout = 30ms; };
  Stream client = server.connect();
  BOOST_TEST(read_all(client) == "");
  BOOST_TEST((server.end_kind() == CloseKind::idle_timeout));
}

BOOST_AUTO_TEST_CASE(a_limit_that_a_callback_sets_counts_from_then) {
  Server server;
  server.hooks.data = [](Probe& probe, std::string_view) {
    probe.read_deadline = probe.idle_timeout = 200ms;
  };
  Stream client = server.connect();
  gnet::sleep(250ms);
  client.send_all("x");
  gnet::sleep(50ms);
  BOOST_TEST(server.hooks.reasons.empty());
  BOOST_TEST(read_all(client) == "");
}

BOOST_AUTO_TEST_CASE(ends_when_the_peer_takes_nothing_beyond_the_write_timeout) {
  Server server;
  server.hooks.set_up = [](Probe& probe) { probe.write_timeout = 50ms; };
  server.hooks.made = [](Probe& probe) {
    for (;;) probe.send_data(std::string(100'000, 'x'));
  };
  Stream client = server.connect();
  shrink(client);
  BOOST_TEST((server.end_kind() == CloseKind::write_timeout));
}

BOOST_AUTO_TEST_CASE(ends_by_close_protocol) {
  Server server;
  server.hooks.made = [](Probe& probe) {
    probe.send_data("bye");
    probe.close_protocol();
    probe.close_protocol();
    BOOST_CHECK_THROW(probe.send_data("more"), gnet::ConnectionLost);
  };
  Stream client = server.connect();
  BOOST_TEST(read_all(client) == "bye");
  client.close();
  BOOST_TEST((server.end_kind() == CloseKind::local_close));
  BOOST_TEST(server.hooks.story == "MPL");
}

BOOST_AUTO_TEST_CASE(ends_by_abort_out_of_a_callback) {
  Server server;
  server.hooks.data = [](Probe& probe, std::string_view) { probe.abort(); };
  Stream client = server.connect();
  client.send_all("x");
  BOOST_CHECK_THROW(read_all(client), std::system_error);  // reset
  BOOST_TEST((server.end_kind() == CloseKind::local_abort));
}

BOOST_AUTO_TEST_CASE(abort_by_another_fiber_interrupts_the_callback) {
  Server server;
  server.hooks.data = [](Probe&, std::string_view) { gnet::sleep(60s); };
  Stream client = server.connect();
  client.send_all("x");
  while (server.hooks.inside == 0) gnet::sleep(1ms);
  server.factory->for_each_connection([](gnet::Connection& one) { one.abort(); });
  BOOST_TEST((server.end_kind() == CloseKind::local_abort));
}

BOOST_AUTO_TEST_CASE(ends_when_the_peer_resets_it) {
  Server server;
  Stream client = server.connect();
  while (server.hooks.story.empty()) gnet::sleep(1ms);
  client.abort();
  const CloseReason reason = server.end();
  BOOST_TEST((reason.kind == CloseKind::io_error));
  BOOST_TEST(reason.text() == "i/o error: receive: connection reset by peer");
}

BOOST_AUTO_TEST_CASE(ends_by_an_exception_out_of_any_callback) {
  const QuietLog quiet;
  for (const char where : {'M', 'D', 'E'}) {
    Server server;
    const auto fail = [](Probe&) { throw std::runtime_error("as asked"); };
    if (where == 'M') server.hooks.made = fail;
    if (where == 'D')
      server.hooks.data = [](Probe&, auto) { throw std::runtime_error("as asked"); };
    if (where == 'E')
      server.hooks.eof = [](Probe&) -> bool { throw std::runtime_error("as asked"); };
    Stream client = server.connect();
    try {
      client.send_all("x");
      client.shutdown_send();
    } catch (const std::system_error&) {
    }
    const CloseReason reason = server.end();
    BOOST_TEST((reason.kind == CloseKind::handler_error));
    BOOST_TEST(reason.text() == "handler error: as asked");
  }
}

BOOST_AUTO_TEST_CASE(an_exception_out_of_the_last_callbacks_is_reported) {
  std::string reported;
  gnet::Hub::current().set_error_handler([&](const std::string& where, std::exception_ptr error) {
    reported += where + ": " + gnet::describe(error) + "; ";
  });
  Server server;
  server.hooks.ending = [](Probe&) { throw std::runtime_error("one"); };
  server.hooks.lost = [](Probe&) { throw std::runtime_error("two"); };
  server.connect().close();
  BOOST_TEST((server.end_kind() == CloseKind::eof));
  BOOST_TEST(reported == "pre_connection_lost: one; connection_lost: two; ");
  gnet::Hub::current().set_error_handler({});
}

BOOST_AUTO_TEST_CASE(an_exception_that_is_none_of_std_ends_the_connection_too) {
  Server server;
  server.hooks.data = [](Probe&, std::string_view) { throw 42; };
  Stream client = server.connect();
  client.send_all("x");
  BOOST_TEST((server.end_kind() == CloseKind::handler_error));
}

BOOST_AUTO_TEST_CASE(an_exception_hurts_no_other_connection) {
  Server server;
  server.hooks.data = [](Probe& probe, std::string_view data) {
    if (data == "throw") throw std::runtime_error("as asked");
    probe.send_data(data);
  };
  Stream victim = server.connect();
  Stream other = server.connect();
  victim.send_all("throw");
  BOOST_TEST((server.end_kind() == CloseKind::handler_error));
  other.send_all("ooxx");
  BOOST_TEST(read_some(other) == "ooxx");
}

BOOST_AUTO_TEST_CASE(ends_when_the_service_stops) {
  Server server;
  Stream client = server.connect();
  while (server.hooks.story.empty()) gnet::sleep(1ms);
  BOOST_TEST(server.factory->stop(5s) == 0U);
  BOOST_TEST((server.end_kind() == CloseKind::service_stop));
}

BOOST_AUTO_TEST_CASE(ends_when_its_fiber_is_killed) {
  Server server;
  gnet::detail::FiberControl* fiber = nullptr;
  server.hooks.made = [&](Probe&) { fiber = &gnet::detail::Scheduler::current().running(); };
  Stream client = server.connect();
  while (fiber == nullptr) gnet::sleep(1ms);
  gnet::sleep(1ms);
  gnet::detail::Scheduler::current().kill(*fiber, nullptr);
  BOOST_TEST((server.end_kind() == CloseKind::service_stop));
}

BOOST_AUTO_TEST_CASE(ends_when_its_thread_does) {
  Hooks hooks;
  std::thread([&] {
    gnet::spawn([&] {
      TCPServerFactory server(Endpoint::parse("127.0.0.1:0"));
      server.set_builder([&] { return std::make_unique<Probe>(hooks); });
      server.start();
      const Stream client = gnet::connect_stream(server.local_endpoint());
      gnet::sleep(60s);
    });
    while (hooks.story.empty()) gnet::sleep(1ms);
  }).join();
  BOOST_TEST(hooks.story == "MPL");
}

// ---- sending ----

BOOST_AUTO_TEST_CASE(the_high_water_mark_suspends_the_sender) {
  Server server;
  std::size_t sent = 0;
  std::size_t most = 0;
  server.hooks.made = [&](Probe& probe) {
    for (;;) {
      probe.send_data(std::string(10'000, 'x'));
      sent += 10'000;
      most = std::max(most, probe.queued_bytes());
    }
  };
  Stream client = server.connect();
  gnet::sleep(50ms);
  const std::size_t before = sent;
  gnet::sleep(50ms);
  BOOST_TEST(sent == before);              // it waits
  BOOST_TEST(most <= (256U + 16) * 1024);  // and what one callback gathers
  std::vector<char> buffer(1 << 20);
  for (std::size_t got = 0; got < before;) got += client.receive(buffer.data(), buffer.size(), 5s);
  gnet::sleep(20ms);
  BOOST_TEST(sent > before);  // and goes on
}

BOOST_AUTO_TEST_CASE(an_echo_to_a_peer_that_never_reads_is_bounded_too) {
  std::size_t most = 0;
  Server server;
  server.hooks.data = [&](Probe& probe, std::string_view data) {
    probe.send_data(data);
    most = std::max(most, probe.queued_bytes());
  };
  Stream client = server.connect();
  const std::string block = pattern(256 * 1024);
  BOOST_CHECK_THROW(for (;;) client.send_all(block, gnet::Duration(300ms)), std::system_error);
  BOOST_TEST(most > 256U * 1024);
  BOOST_TEST(most <= 256U * 1024 + 2 * 64 * 1024);
}

BOOST_AUTO_TEST_CASE(a_peer_that_takes_nothing_is_idle) {
  for (const bool in_callback : {true, false}) {
    Server server;
    server.hooks.set_up = [](Probe& probe) { probe.idle_timeout = 50ms; };
    server.hooks.made = [&](Probe& probe) {
      if (!in_callback) probe.high_water = 100'000'000;
      for (int i = 0; i < 100; ++i) probe.send_data(std::string(100'000, 'x'));
    };
    Stream client = server.connect();
    shrink(client);
    BOOST_TEST((server.end_kind() == CloseKind::idle_timeout));
  }
}

BOOST_AUTO_TEST_CASE(what_one_callback_sends_leaves_together) {
  Server server;
  server.hooks.data = [](Probe& probe, std::string_view) {
    for (const char* piece : {"one ", "two ", "three"}) probe.send_data(piece);
  };
  Stream client = server.connect();
  for (int i = 0; i < 10; ++i) {
    client.send_all("x");
    BOOST_TEST(read_some(client) == "one two three");
  }
}

BOOST_AUTO_TEST_CASE(received_bytes_may_be_sent_back_among_others_in_any_order) {
  Server server;
  server.hooks.data = [](Probe& probe, std::string_view data) {
    const std::string before(data);
    probe.send_data(data.substr(3));  // the end of what was received: lies in its place
    probe.send_data("-");
    probe.send_data(data);
    gnet::yield();
    probe.send_data(data.substr(0, 3));
    probe.send_data(data.substr(3));
    probe.send_data("+");
    BOOST_TEST(data == before);
  };
  Stream client = server.connect();
  for (int i = 0; i < 10; ++i) {
    client.send_all("abcdef");
    std::string answer;
    while (answer.size() < 17) answer += read_some(client);
    BOOST_TEST(answer == "def-abcdefabcdef+");
  }
}

BOOST_AUTO_TEST_CASE(more_than_what_is_gathered_keeps_its_order) {
  const std::string large = pattern(20'000);
  Server server;
  server.hooks.data = [&](Probe& probe, std::string_view data) {
    probe.send_data("head ");
    probe.send_data(large);
    probe.send_data(data);
    probe.send_data(large.substr(0, 3000));
    probe.send_data(large.substr(3000, 3000));
    probe.close_protocol();
    BOOST_CHECK_THROW(probe.send_data("late"), gnet::ConnectionLost);
  };
  Stream client = server.connect();
  client.send_all("x");
  BOOST_TEST((read_all(client) == "head " + large + "x" + large.substr(0, 6000)));
}

BOOST_AUTO_TEST_CASE(a_callback_that_sends_without_end_does_not_keep_the_hub) {
  Server server;
  server.hooks.made = [](Probe& probe) {
    const std::string block(1000, 'x');
    for (;;) probe.send_data(block);
  };
  Stream client = server.connect();
  // On a thread of its own, and as fast as the server.
  std::thread reader([fd = gnet::UniqueFd(dup(client.socket().native_handle()))] {
    std::vector<char> buffer(1'000'000);
    pollfd ready{fd.get(), POLLIN, 0};
    while (poll(&ready, 1, -1) == 1) {
      const ssize_t count = recv(fd.get(), buffer.data(), buffer.size(), 0);
      if (count == 0 || (count < 0 && errno != EAGAIN)) return;
    }
  });
  for (int i = 0; i < 5; ++i) gnet::sleep(1ms);
  server.factory->stop(0s);
  reader.join();
}

BOOST_AUTO_TEST_CASE(what_was_sent_leaves_before_the_callback_suspends) {
  Server server;
  server.hooks.made = [](Probe& probe) {
    probe.send_data("now");
    gnet::sleep(60s);
  };
  Stream client = server.connect();
  BOOST_TEST(read_some(client) == "now");
}

BOOST_AUTO_TEST_CASE(send_lose_delivers_everything_to_a_slow_reader) {
  const std::string text = pattern(1'000'000);
  Server server;
  std::size_t queued = 0;
  // The sender's side is made small, not the window of the reader: below a packet's size a window
  // opens only when the kernel's persist timer says so, after seconds.
  server.hooks.made = [&](Probe& probe) {
    probe.socket().set_option(SOL_SOCKET, SO_SNDBUF, 64 * 1024);
    probe.high_water = 10'000'000;
    probe.send_lose(text);
    queued = probe.queued_bytes();
  };
  Stream client = server.connect();
  client.socket().set_option(SOL_SOCKET, SO_RCVBUF, 128 * 1024);
  gnet::sleep(5ms);
  BOOST_TEST(queued > text.size() / 2);
  std::string all;
  char buffer[50'000];
  while (const std::size_t size = client.receive(buffer, sizeof buffer, 10s)) {
    all.append(buffer, size);
    if (all.size() % 7 == 0) gnet::sleep(1ms);
  }
  BOOST_TEST((all == text));
  BOOST_TEST((server.end_kind() == CloseKind::local_close));
}

BOOST_AUTO_TEST_CASE(any_fiber_may_send_and_what_it_sends_stays_whole) {
  Server server;
  server.hooks.made = [](Probe& probe) {
    for (const char letter : {'a', 'b', 'c'}) {
      probe.add_inner_fiber([&probe, letter] {
        for (int i = 0; i < 20; ++i) {
          probe.send_data(std::string(10'000, letter));
          gnet::yield();
        }
      });
    }
  };
  Stream client = server.connect();
  std::string all;
  std::vector<char> buffer(64 * 1024);
  while (all.size() < 600'000) {
    all.append(buffer.data(), client.receive(buffer.data(), buffer.size(), 5s));
  }
  for (std::size_t i = 0; i < all.size(); i += 10'000) {
    BOOST_REQUIRE(all.substr(i, 10'000) == std::string(10'000, all[i]));
  }
}

BOOST_AUTO_TEST_CASE(a_sender_that_waits_for_room_is_told_when_the_connection_ends) {
  Server server;
  Probe* probe = nullptr;
  server.hooks.made = [&](Probe& one) { probe = &one; };
  Stream client = server.connect();
  while (probe == nullptr) gnet::sleep(1ms);
  auto sender = gnet::spawn([&] {
    for (;;) probe->send_data(std::string(100'000, 'x'));
  });
  gnet::sleep(20ms);
  BOOST_TEST(!sender.dead());
  client.abort();
  server.end();
  BOOST_TEST(sender.join(5s));
  BOOST_CHECK_THROW(sender.get(), gnet::ConnectionLost);
}

BOOST_AUTO_TEST_CASE(the_last_words_are_sent) {
  Server server;
  server.hooks.ending = [](Probe& probe) { probe.send_data("goodbye"); };
  Stream client = server.connect();
  client.shutdown_send();
  BOOST_TEST(read_all(client) == "goodbye");
}

// ---- half-close ----

BOOST_AUTO_TEST_CASE(three_million_bytes_come_back_whole_with_half_close) {
  const std::string text = pattern(3'000'000);
  const std::string name = "unix:///tmp/gnet-protocol-test-" + std::to_string(getpid());
  for (const std::string& endpoint : {std::string("127.0.0.1:0"), name}) {
    Server server(endpoint);
    Stream client = server.connect();
    auto sender = gnet::spawn([&] {
      client.send_all(text);
      client.shutdown_send();
    });
    BOOST_TEST((read_all(client) == text));
    BOOST_TEST((server.end_kind() == CloseKind::eof));
  }
}

BOOST_AUTO_TEST_CASE(a_half_closed_connection_can_be_kept_for_sending) {
  Server server;
  server.hooks.eof = [](Probe& probe) {
    probe.add_inner_fiber([&probe] {
      gnet::sleep(10ms);
      probe.send_lose("later");
    });
    return true;
  };
  Stream client = server.connect();
  client.shutdown_send();
  BOOST_TEST(read_all(client) == "later");
  BOOST_TEST((server.end_kind() == CloseKind::local_close));
}

// ---- inner fibers ----

BOOST_AUTO_TEST_CASE(inner_fibers_die_with_the_connection) {
  Server server;
  int ended = 0;
  server.hooks.made = [&](Probe& probe) {
    struct AtEnd {
      ~AtEnd() { ++ended; }
      int& ended;
    };
    probe.add_inner_fiber([&ended] {
      const AtEnd at_end{ended};
      gnet::sleep(60s);
    });
    gnet::yield();
  };
  server.hooks.lost = [&](Probe& probe) {
    BOOST_TEST(ended == 1);
    BOOST_CHECK_THROW(probe.add_inner_fiber([] {}), gnet::ConnectionLost);
  };
  server.connect().close();
  server.end();
}

// ---- facts ----

BOOST_AUTO_TEST_CASE(sessions_are_told_apart_and_bytes_counted) {
  Server server;
  std::vector<std::uint64_t> ids;
  server.hooks.made = [&](Probe& probe) { ids.push_back(probe.session_id()); };
  server.hooks.lost = [](Probe& probe) {
    BOOST_TEST(probe.received_bytes() == 4U);
    BOOST_TEST(probe.sent_bytes() == 4U);
    BOOST_TEST((probe.state() == gnet::ConnectionState::closed));
  };
  for (int i = 0; i < 3; ++i) {
    Stream client = server.connect();
    client.send_all("ooxx");
    client.shutdown_send();
    BOOST_TEST(read_all(client) == "ooxx");
  }
  for (int i = 0; i < 1000 && server.hooks.reasons.size() < 3; ++i) gnet::sleep(1ms);
  BOOST_REQUIRE(ids.size() == 3U);
  BOOST_TEST(ids[0] < ids[1]);
  BOOST_TEST(ids[1] < ids[2]);
}

BOOST_AUTO_TEST_SUITE_END()
