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
#include "tests/unit/fiber/support.h"
#include "tests/unit/protocol/probe.h"

BOOST_AUTO_TEST_SUITE(protocol)

using namespace std::chrono_literals;
using gnet::CloseKind;
using gnet::CloseReason;
using gnet::Protocol;
using gnet::Stream;
using namespace test;

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

BOOST_AUTO_TEST_CASE(the_time_that_a_callback_takes_is_no_silence_of_the_peer) {
  Server server;
  server.hooks.set_up = [](Probe& probe) { probe.read_deadline = probe.idle_timeout = 60ms; };
  server.hooks.data = [](Probe& probe, std::string_view data) {
    gnet::sleep(150ms);
    probe.send_data(data);
  };
  Stream client = server.connect();
  for (int i = 0; i < 2; ++i) {
    client.send_all("ask");
    BOOST_TEST(read_some(client) == "ask");
  }
  BOOST_TEST((server.end_kind() == CloseKind::read_deadline));
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

BOOST_AUTO_TEST_CASE(what_a_callback_throws_is_logged_with_its_type) {
  test::LogLines lines;
  Server server;
  server.hooks.data = [](Probe&, std::string_view) { throw std::runtime_error("boom"); };
  server.hooks.ending = [](Probe&) { throw std::out_of_range("one"); };
  server.hooks.lost = [](Probe&) { throw 2; };
  Stream client = server.connect();
  client.send_all("x");
  BOOST_TEST((server.end_kind() == CloseKind::handler_error));
  BOOST_TEST(lines.text() ==
             "data_received threw std::runtime_error: boom\n"
             "pre_connection_lost threw std::out_of_range: one\n"
             "connection_lost threw int: exception of type int\n");
}

BOOST_AUTO_TEST_CASE(losing_its_own_connection_is_no_error_of_a_callback) {
  test::LogLines lines;
  Server server;
  server.hooks.data = [](Probe& probe, std::string_view) {
    probe.close_protocol();
    probe.send_data("too late");
  };
  Stream client = server.connect();
  client.send_all("x");
  client.shutdown_send();
  BOOST_TEST((server.end_kind() == CloseKind::local_close));
  BOOST_TEST(lines.text() == "");
}

BOOST_AUTO_TEST_CASE(losing_another_connection_ends_only_the_callback) {
  test::LogLines lines;
  Server other;
  gnet::Protocol* gone = nullptr;
  other.hooks.made = [&](Probe& probe) { gone = &probe; };
  Stream listener = other.connect();
  while (gone == nullptr) gnet::sleep(1ms);
  gone->close_protocol();
  Server server;
  server.hooks.data = [&](Probe& probe, std::string_view data) {
    if (data == "tell") gone->send_data("news");
    probe.send_data(data);
  };
  Stream client = server.connect();
  client.send_all("tell");
  gnet::sleep(5ms);
  client.send_all("still there");
  BOOST_TEST(read_some(client) == "still there");
  BOOST_TEST(lines.text().find("data_received: another connection") != std::string::npos);
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
      gnet::TCPServerFactory server(gnet::Endpoint::parse("127.0.0.1:0"));
      server.set_builder([&] { return std::make_unique<Probe>(hooks); });
      server.start();
      const Stream client = gnet::connect_stream(server.local_endpoint());
      gnet::sleep(60s);
    });
    while (hooks.story.empty()) gnet::sleep(1ms);
  }).join();
  BOOST_TEST(hooks.story == "MPL");
}

// ---- one reason ----

BOOST_AUTO_TEST_CASE(a_stop_while_it_ends_is_no_second_reason) {
  Server server;
  std::string told;
  server.hooks.set_up = [](Probe& probe) { probe.read_deadline = 20ms; };
  server.hooks.made = [](Probe& probe) { probe.send_data(std::string(20'000'000, 'x')); };
  server.hooks.ending = [&](Probe&) { told += "ending"; };
  Stream client = server.connect();
  shrink(client);
  while (told.empty()) gnet::sleep(1ms);
  gnet::sleep(5ms);
  server.factory->stop(0s);
  BOOST_TEST(server.hooks.reasons.size() == 1U);
  const CloseReason reason = server.hooks.reasons[0];
  BOOST_TEST((reason.kind == CloseKind::read_deadline));
  BOOST_TEST(reason.unsent > 0U);
  BOOST_TEST(reason.text().find("bytes were not sent") != std::string::npos);
}

// ---- how much comes at once ----

BOOST_AUTO_TEST_CASE(no_callback_gets_more_than_recv_buf_size_and_nothing_is_lost_between_two) {
  for (const std::size_t size : {0, 1, 15, 16, 17, 18, 31, 32, 33, 34, 1000}) {
    Server server;
    std::vector<std::size_t> sizes;
    server.hooks.set_up = [](Probe& probe) { probe.recv_buf_size = 16; };
    server.hooks.data = [&](Probe& probe, std::string_view data) {
      sizes.push_back(data.size());
      probe.send_data(data);
    };
    Stream client = server.connect();
    const std::string text = pattern(size);
    client.send_all(text);
    client.shutdown_send();
    BOOST_TEST((read_all(client) == text));
    BOOST_TEST((server.end_kind() == CloseKind::eof));
    for (const std::size_t one : sizes) BOOST_TEST((one >= 1U && one <= 16U));
  }
}

BOOST_AUTO_TEST_CASE(what_is_one_byte_longer_than_recv_buf_size_needs_no_further_byte) {
  Server server;
  server.hooks.set_up = [](Probe& probe) { probe.recv_buf_size = 16; };
  Stream client = server.connect();
  for (int i = 0; i < 3; ++i) {
    client.send_all("seventeen letters");
    std::string answer;
    while (answer.size() < 17) answer += read_some(client);
    BOOST_TEST(answer == "seventeen letters");
  }
}

BOOST_AUTO_TEST_CASE(a_recv_buf_size_of_0_is_1) {
  Server server;
  server.hooks.set_up = [](Probe& probe) { probe.recv_buf_size = 0; };
  Stream client = server.connect();
  client.send_all("abc");
  client.shutdown_send();
  BOOST_TEST(read_all(client) == "abc");
}

BOOST_AUTO_TEST_CASE(a_message_comes_whole_or_not_at_all) {
  const std::string name = "unixpacket:///tmp/gnet-protocol-test-" + std::to_string(getpid());
  Server server(name);
  std::vector<std::string> messages;
  server.hooks.set_up = [](Probe& probe) { probe.recv_buf_size = 4; };
  server.hooks.data = [&](Probe&, std::string_view data) { messages.emplace_back(data); };
  Stream client = server.connect();
  for (const char* message : {"1234", "12345", "abcdefgh", "xy"}) client.send_all(message);
  client.shutdown_send();
  BOOST_TEST((server.end_kind() == CloseKind::eof));
  const std::vector<std::string> wanted = {"1234", "xy"};
  BOOST_TEST(messages == wanted, boost::test_tools::per_element());
  BOOST_TEST(server.factory->counters().truncated == 2u);
}

// ---- messages ----

BOOST_AUTO_TEST_CASE(messages_that_come_together_are_received_one_by_one) {
  Server server("unixpacket://@gnet-protocol-" + std::to_string(getpid()));
  std::vector<std::string> received;
  server.hooks.data = [&](Probe&, std::string_view data) { received.emplace_back(data); };
  Stream client = server.connect();
  while (server.hooks.story != "M") gnet::sleep(1ms);
  const std::vector<std::string> sent = {"a", "bc", "d"};
  for (const std::string& message : sent) client.send_all(message);
  for (int i = 0; i < 1000 && received.size() < sent.size(); ++i) gnet::sleep(1ms);
  BOOST_TEST(received == sent, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_message_that_is_too_long_is_dropped_and_counted) {
  test::LogLines lines;
  Server server("unixpacket://@gnet-protocol-" + std::to_string(getpid()));
  server.hooks.set_up = [](Probe& probe) { probe.recv_buf_size = 100; };
  Stream client = server.connect();
  const std::string fits(100, 'x');
  client.send_all(std::string(101, 'y'));
  client.send_all(fits);
  client.send_all(std::string(100'000, 'z'));
  client.send_all("end");
  BOOST_TEST(read_some(client) == fits);
  BOOST_TEST(read_some(client) == "end");
  BOOST_TEST(server.factory->counters().truncated == 2u);
  client.close();
  BOOST_TEST((server.end_kind() == CloseKind::eof));
  BOOST_TEST(server.factory->counters().truncated == 2u);
  BOOST_TEST(server.factory->counters().received_bytes == 103u);
  // Once, though there were two.
  const std::string said = "a message of more than 100 bytes is lost";
  BOOST_TEST(lines.text().find(said) != std::string::npos);
  BOOST_TEST(lines.text().find(said) == lines.text().rfind(said));
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_peer_that_reads_late_is_no_message_that_is_too_long) {
  Server server("unixpacket://@gnet-protocol-" + std::to_string(getpid()));
  Stream client = server.connect();
  const std::string message(10'000, 'x');
  constexpr std::size_t kMessages = 200;
  auto sender = gnet::spawn([&] {
    for (std::size_t i = 0; i < kMessages; ++i) client.send_all(message);
    client.shutdown_send();
  });
  gnet::sleep(20ms);  // everything is stuck meanwhile
  BOOST_TEST(read_all(client).size() == kMessages * message.size());
  sender.get();
  BOOST_TEST((server.end_kind() == CloseKind::eof));
}

BOOST_AUTO_TEST_CASE(a_message_that_nobody_waits_for_does_not_reset_the_connection) {
  Server server("unixpacket://@gnet-protocol-" + std::to_string(getpid()));
  server.hooks.made = [](Probe& probe) { probe.send_lose("bye"); };
  Stream client = server.connect();
  client.send_all(std::string(150'000, 'x'));
  BOOST_TEST(read_some(client) == "bye");
  BOOST_TEST(read_some(client) == "");
  BOOST_TEST((server.end_kind() == CloseKind::local_close));
  BOOST_TEST(server.hooks.reasons.front().unsent == 0u);
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

// A connection that is kept for sending, and a client that has ended its side.
struct HalfClosed {
  HalfClosed(std::function<void(Probe&)> set_up, std::string_view endpoint = "127.0.0.1:0")
      : server(endpoint) {
    server.hooks.set_up = std::move(set_up);
    server.hooks.eof = [](Probe&) { return true; };
    client = server.connect();
    client.shutdown_send();
    while (server.hooks.story != "ME") gnet::sleep(1ms);
  }
  Server server;
  Stream client;
};

BOOST_AUTO_TEST_CASE(a_half_closed_connection_ends_at_its_idle_timeout) {
  HalfClosed half([](Probe& probe) { probe.idle_timeout = 30ms; });
  BOOST_TEST((half.server.end_kind() == CloseKind::idle_timeout));
}

BOOST_AUTO_TEST_CASE(a_half_closed_connection_does_not_wait_for_data) {
  HalfClosed half([](Probe& probe) { probe.read_deadline = 5ms; });
  gnet::sleep(30ms);
  BOOST_TEST(half.server.hooks.reasons.empty());
}

BOOST_AUTO_TEST_CASE(a_half_closed_connection_notices_that_its_peer_goes) {
  HalfClosed half([](Probe&) {});
  half.client.abort();
  const CloseReason reason = half.server.end();
  BOOST_TEST((reason.kind == CloseKind::io_error));
  BOOST_TEST(reason.text().find("connection reset by peer") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_half_closed_unix_connection_notices_that_its_peer_goes) {
  HalfClosed half([](Probe&) {}, "@gnet-half-closed-" + std::to_string(getpid()));
  half.client.close();
  BOOST_TEST((half.server.end_kind() == CloseKind::eof));
}

BOOST_AUTO_TEST_CASE(a_half_closed_connection_is_drained_when_it_is_quiet) {
  HalfClosed half([](Probe&) {});
  const auto begin = gnet::Clock::now();
  half.server.factory->stop(10s);
  BOOST_TEST((gnet::Clock::now() - begin < 5s));
  BOOST_TEST((half.server.end_kind() == CloseKind::service_stop));
}

BOOST_AUTO_TEST_CASE(a_half_closed_connection_that_sends_is_not_idle) {
  HalfClosed half([](Probe& probe) { probe.idle_timeout = 200ms; });
  half.server.factory->for_each_connection<Probe>([](Probe& probe) {
    probe.add_inner_fiber([&probe] {
      for (int i = 0; i < 8; ++i) {
        gnet::sleep(50ms);
        probe.send_data("x");
      }
      probe.close_protocol();
    });
  });
  BOOST_TEST(read_all(half.client) == "xxxxxxxx");
  BOOST_TEST((half.server.end_kind() == CloseKind::local_close));
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

BOOST_AUTO_TEST_CASE(an_inner_fiber_may_lose_its_connection) {
  test::LogLines lines;
  Server server;
  server.hooks.made = [](Probe& probe) {
    probe.add_inner_fiber([&probe] {
      for (;;) {
        probe.send_data("tick");
        gnet::sleep(1ms);
      }
    });
  };
  Stream client = server.connect();
  BOOST_TEST(read_some(client) == "tick");
  client.abort();
  BOOST_TEST((server.end_kind() == CloseKind::io_error));
  BOOST_TEST(lines.text() == "");
}

BOOST_AUTO_TEST_CASE(what_an_inner_fiber_throws_ends_the_connection) {
  test::LogLines lines;
  Server server;
  server.hooks.made = [](Probe& probe) {
    probe.add_inner_fiber([&probe] {
      probe.send_data("before");
      gnet::sleep(1ms);
      throw std::runtime_error("boom");
    });
  };
  Stream client = server.connect();
  BOOST_TEST(read_all(client) == "before");
  client.close();
  BOOST_TEST(server.end().text() == "handler error: boom");
  BOOST_TEST(lines.text() == "an inner fiber threw std::runtime_error: boom\n");
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
