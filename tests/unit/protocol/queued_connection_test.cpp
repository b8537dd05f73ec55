#include "gnet/protocol/queued_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/timeout.h"
#include "tests/unit/protocol/probe.h"

BOOST_AUTO_TEST_SUITE(queued_connection)

using namespace std::chrono_literals;
using gnet::CloseKind;
using gnet::Stream;
using namespace test;

namespace {

// A connection that has been made, and its client.
struct Pair {
  Pair() {
    server.hooks.data = [](Probe&, std::string_view) {};
    server.hooks.made = [this](Probe& one) { probe = &one; };
    client = server.connect();
    while (probe == nullptr) gnet::sleep(1ms);
  }

  // Nothing more goes to the client, and more than high_water bytes are queued.
  void fill() {
    while (probe->try_send(std::string(10'000, 'x'))) gnet::yield();
    probe->send_data(std::string(20'000, 'x'));
    BOOST_REQUIRE(probe->queued_bytes() > probe->high_water);
  }

  Probe* probe = nullptr;
  Server server;
  Stream client;
};

}  // namespace

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

// ---- fibers that are not in a callback ----

BOOST_AUTO_TEST_CASE(what_any_fiber_sends_leaves_together_when_it_suspends) {
  Pair one;
  Pair other;
  for (int i = 0; i < 3; ++i) {
    for (const char* piece : {"one ", "two ", "three"}) {
      one.probe->send_data(piece);
      other.probe->send_data(piece);
    }
    BOOST_TEST(one.probe->queued_bytes() == 13U);
    BOOST_TEST(read_some(one.client) == "one two three");
    BOOST_TEST(read_some(other.client) == "one two three");
    BOOST_TEST(one.probe->queued_bytes() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(it_leaves_when_the_fiber_ends) {
  Pair pair;
  gnet::spawn([&] { pair.probe->send_data("last"); }).join();
  BOOST_TEST(read_some(pair.client) == "last");
}

BOOST_AUTO_TEST_CASE(it_leaves_when_its_callback_speaks_to_others) {
  Pair other;
  Server server;
  server.hooks.data = [&](Probe& probe, std::string_view data) {
    other.probe->send_data(data);
    probe.send_data("heard ");
    other.probe->send_data("!");
    gnet::yield();
    other.probe->send_data("?");
    probe.send_data(data);
  };
  Stream client = server.connect();
  for (int i = 0; i < 3; ++i) {
    client.send_all("this");
    std::string answer;
    while (answer.size() < 10) answer += read_some(client);
    BOOST_TEST(answer == "heard this");
    std::string message;
    while (message.size() < 6) message += read_some(other.client);
    BOOST_TEST(message == "this!?");
  }
}

BOOST_AUTO_TEST_CASE(large_pieces_stay_behind_the_small_ones_before_them) {
  const std::string large = pattern(100'000);
  Pair pair;
  pair.probe->send_data("small ");
  pair.probe->send_data(large);
  pair.probe->send_data(" small");
  pair.probe->close_protocol();
  BOOST_TEST((read_all(pair.client) == "small " + large + " small"));
}

BOOST_AUTO_TEST_CASE(an_end_meanwhile_drops_what_has_not_left) {
  Pair pair;
  pair.probe->send_data("never said");
  pair.probe->abort();
  BOOST_CHECK_THROW(read_all(pair.client), std::system_error);
}

// ---- back-pressure ----

BOOST_AUTO_TEST_CASE(the_high_water_mark_bounds_what_many_fibers_send) {
  std::size_t most = 0;
  Server server;
  server.hooks.made = [&](Probe& probe) {
    for (int i = 0; i < 200; ++i) {
      probe.add_inner_fiber([&] {
        for (;;) {
          probe.send_data(std::string(100'000, 'x'));
          most = std::max(most, probe.queued_bytes());
        }
      });
    }
  };
  Stream client = server.connect();
  std::vector<char> buffer(1 << 20);
  for (int i = 0; i < 30; ++i) {
    client.receive(buffer.data(), buffer.size(), 5s);
    gnet::sleep(1ms);
  }
  BOOST_TEST(most > 256U * 1024);
  BOOST_TEST(most <= 256U * 1024 + 100'000);
}

BOOST_AUTO_TEST_CASE(an_interrupt_of_a_sender_that_waits_leaves_nothing_in_the_queue) {
  Pair pair;
  pair.fill();
  const std::size_t before = pair.probe->queued_bytes();
  BOOST_CHECK_THROW(gnet::with_timeout(20ms, [&] { pair.probe->send_data("late"); }),
                    gnet::Timeout);
  BOOST_TEST(pair.probe->queued_bytes() == before);
}

BOOST_AUTO_TEST_CASE(a_sender_that_waits_is_told_of_a_close) {
  Pair pair;
  pair.fill();
  auto sender = gnet::spawn([&] { pair.probe->send_data("late"); });
  gnet::sleep(5ms);
  BOOST_TEST(!sender.dead());
  pair.probe->close_protocol();
  BOOST_CHECK_THROW(sender.get(), gnet::ConnectionLost);
}

// ---- try_send() ----

BOOST_AUTO_TEST_CASE(try_send_never_waits) {
  Pair pair;
  BOOST_TEST(pair.probe->try_send("taken"));
  BOOST_TEST(read_some(pair.client) == "taken");
  pair.fill();
  const auto sender = gnet::spawn([&] { BOOST_TEST(!pair.probe->try_send("late")); });
  gnet::yield();
  BOOST_TEST(sender.dead());  // in one turn
}

BOOST_AUTO_TEST_CASE(try_send_takes_nothing_beyond_the_high_water_mark) {
  Pair pair;
  pair.probe->high_water = 100;
  BOOST_TEST(!pair.probe->try_send(std::string(101, 'x')));
  for (int i = 0; i < 10; ++i) BOOST_TEST(pair.probe->try_send(std::string(100, 'x')));
  std::string all;
  while (all.size() < 1000) all += read_some(pair.client);
  BOOST_TEST(all.size() == 1000U);
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_once_the_connection_ends) {
  bool after_close = true;
  bool in_last_words = false;
  bool after_abort = true;
  Server server;
  server.hooks.data = [&](Probe& probe, std::string_view data) {
    if (data == "c") {
      probe.close_protocol();
      after_close = probe.try_send("x") || probe.accepts_data();
    } else {
      probe.abort();
    }
  };
  server.hooks.ending = [&](Probe& probe) {
    (after_close ? after_abort : in_last_words) = probe.accepts_data() && probe.try_send("bye");
  };
  Stream client = server.connect();
  client.send_all("c");
  BOOST_TEST(read_all(client) == "bye");
  BOOST_TEST(!after_close);
  BOOST_TEST(in_last_words);
  after_close = true;
  Stream second = server.connect();
  second.send_all("a");
  BOOST_CHECK_THROW(read_all(second), std::system_error);
  BOOST_TEST(!after_abort);
}

BOOST_AUTO_TEST_SUITE_END()
