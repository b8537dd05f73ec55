#include "gnet/ws/web_socket.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/stream.h"
#include "gnet/sync/event.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/ws/frames.h"

BOOST_AUTO_TEST_SUITE(web_socket)

using namespace std::chrono_literals;
using gnet::Stream;
using gnet::ws::DeflateAgreement;
using gnet::ws::kAbnormal;
using gnet::ws::kGoingAway;
using gnet::ws::kInvalidData;
using gnet::ws::kNormal;
using gnet::ws::kTooBig;
using gnet::ws::Message;
using gnet::ws::Opcode;
using gnet::ws::Role;
using gnet::ws::WebSocket;
using gnet::ws::WebSocketClosed;
using gnet::ws::WebSocketOptions;
using test::eventually;

namespace {

// The two ends of a connection.
struct Pair {
  explicit Pair(const WebSocketOptions& options = {},
                const std::optional<DeflateAgreement>& deflate = std::nullopt,
                std::pair<Stream, Stream> streams = Stream::make_pair())
      : server(std::move(streams.first), Role::server, options, deflate),
        client(std::move(streams.second), Role::client, options, deflate) {}

  WebSocket server;
  WebSocket client;
};

// A server's end, and a peer that writes bytes by hand, and does not close when it should.
struct ByHand {
  explicit ByHand(const WebSocketOptions& options = {.close_timeout = 1s},
                  std::pair<Stream, Stream> streams = Stream::make_pair())
      : socket(std::move(streams.first), Role::server, options), peer(std::move(streams.second)) {}

  void send(unsigned first, const std::string& payload = {}) {
    peer.send_all(frame_to(Role::server, first, payload));
  }
  // All that comes until the server closes.
  std::string rest() {
    std::string bytes;
    char buffer[4096];
    while (const std::size_t size = peer.receive(buffer, sizeof buffer, 20s)) {
      bytes.append(buffer, size);
    }
    return read_by_hand(Role::server, bytes);
  }
  // So many bytes.
  std::string next(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t at = 0; at < size;) {
      at += peer.receive(bytes.data() + at, size - at, 20s);
    }
    return read_by_hand(Role::server, bytes);
  }

  WebSocket socket;
  Stream peer;
};

void echo(WebSocket& socket) {
  while (const auto message = socket.receive()) socket.send(*message);
}

std::string text_of(const std::optional<Message>& message) {
  if (!message) return "(none)";
  return (message->is_text() ? "text " : "binary ") + std::string(message->data);
}

std::string ending(const WebSocket& socket) {
  const auto& closed = socket.closed();
  if (!closed) return "open";
  std::string text = std::to_string(closed->code);
  if (!closed->reason.empty()) text += ' ' + closed->reason;
  if (closed->by_peer) text += ", by the peer";
  if (!closed->clean) text += ", not clean";
  return text;
}

const WebSocketOptions kQuiet{.ping_interval = {}};

}  // namespace

// ---- messages ----

BOOST_AUTO_TEST_CASE(an_echo_of_everything_short_and_long) {
  Pair pair;
  auto server = gnet::spawn([&] { echo(pair.server); });
  for (const std::size_t size :
       {0, 1, 64, 125, 126, 1000, 1025, 16'384, 65'535, 65'536, 100'000, 3'000'000}) {
    const std::string data(size, 'x');
    auto sender = gnet::spawn([&] { pair.client.send_binary(data); });
    BOOST_TEST((text_of(pair.client.receive()) == "binary " + data), size);
    sender.join();
  }
  pair.client.send("t\xc3\xa9xt");
  BOOST_TEST(text_of(pair.client.receive()) == "text t\xc3\xa9xt");
  pair.client.close();
  server.join();
  BOOST_TEST(ending(pair.client) == "1000");
  BOOST_TEST(ending(pair.server) == "1000, by the peer");
}

BOOST_AUTO_TEST_CASE(an_echo_of_messages_whose_heads_come_in_parts) {
  for (const std::size_t size : {1, 64, 1000, 20'000}) {
    const std::string data(size, 'x');
    const std::string bytes = frame_to(Role::server, kBinary, data);
    for (std::size_t cut = 1; cut < bytes.size() - data.size() + 2; ++cut) {
      ByHand pair;
      auto server = gnet::spawn([&] { echo(pair.socket); });
      pair.peer.send_all(std::string_view(bytes).substr(0, cut));
      gnet::sleep(1ms);
      pair.peer.send_all(bytes.substr(cut) + frame_to(Role::server, kCloseFrame, closing(1000)));
      pair.peer.shutdown_send();
      BOOST_TEST((pair.rest() == "82 " + data + ", 88 1000"), size << " cut at " << cut);
      server.join();
    }
  }
}

BOOST_AUTO_TEST_CASE(a_message_that_was_received_can_be_sent_twice_and_after_others) {
  ByHand pair;
  pair.peer.send_all(frame_to(Role::server, kText, "first") +
                     frame_to(Role::server, kText, std::string(5000, 'x')) +
                     frame_to(Role::server, kCloseFrame, closing(1000)));
  pair.peer.shutdown_send();
  const auto first = pair.socket.receive();
  pair.socket.send("before");
  pair.socket.send(*first);
  pair.socket.send(*first);
  const auto second = pair.socket.receive();
  pair.socket.send("before");
  pair.socket.send(*second);
  pair.socket.send_binary(second->data);
  BOOST_TEST(!pair.socket.receive());
  const std::string xs(5000, 'x');
  BOOST_TEST((pair.rest() ==
              "81 before, 81 first, 81 first, 81 before, 81 " + xs + ", 82 " + xs + ", 88 1000"));
}

BOOST_AUTO_TEST_CASE(an_echo_of_compressed_messages) {
  for (const bool takeover : {false, true}) {
    Pair pair({},
              DeflateAgreement{.context_takeover = takeover, .peer_context_takeover = takeover});
    auto server = gnet::spawn([&] { echo(pair.server); });
    for (const std::size_t size : {0, 1, 127, 128, 10'000, 1'000'000}) {
      const std::string data(size, 'x');
      pair.client.send(data);
      BOOST_TEST((text_of(pair.client.receive()) == "text " + data), size);
    }
    pair.client.close();
    server.join();
  }
}

BOOST_AUTO_TEST_CASE(messages_that_are_here_together_are_answered_together) {
  ByHand pair;
  std::string frames;
  for (int i = 0; i < 5; ++i) frames += frame_to(Role::server, kText, std::to_string(i));
  pair.peer.send_all(frames);
  auto server = gnet::spawn([&] { echo(pair.socket); });
  char buffer[100];
  const std::size_t size = pair.peer.receive(buffer, sizeof buffer);  // in one
  BOOST_TEST(read_by_hand(Role::server, {buffer, size}) == "81 0, 81 1, 81 2, 81 3, 81 4");
  pair.peer.close();
  server.join();
}

BOOST_AUTO_TEST_CASE(an_answer_does_not_wait_for_a_handler_that_does_something_else) {
  ByHand pair;
  gnet::Event go_on;
  pair.peer.send_all(frame_to(Role::server, kText, "1") + frame_to(Role::server, kText, "2"));
  auto server = gnet::spawn([&] {
    pair.socket.send(*pair.socket.receive());
    go_on.wait();
    pair.socket.send(*pair.socket.receive());
  });
  BOOST_TEST(pair.next(3) == "81 1");
  go_on.set();
  BOOST_TEST(pair.next(3) == "81 2");
  server.join();
}

BOOST_AUTO_TEST_CASE(fragments_are_put_together_and_pings_between_them_answered) {
  ByHand pair;
  auto server = gnet::spawn([&] { echo(pair.socket); });
  pair.send(kTextStart, "Hel");
  pair.send(kPing, "p");
  BOOST_TEST(pair.next(3) == "8a p");
  pair.send(kMiddle, "lo ");
  pair.send(kPong, "nobody asked");
  pair.send(kLast, "you");
  BOOST_TEST(pair.next(11) == "81 Hello you");
  pair.send(kCloseFrame, closing(1000));
  BOOST_TEST(pair.rest() == "88 1000");
  server.join();
}

BOOST_AUTO_TEST_CASE(a_message_can_be_received_in_pieces) {
  ByHand pair({.limits = {.max_message = 10}});
  pair.send(kTextStart, "a long ");
  pair.send(kLast, "message");
  pair.send(kBinary, "whole");
  std::string all;
  for (bool last = false; !last;) {
    const auto piece = pair.socket.receive_piece();
    BOOST_REQUIRE(piece.has_value());
    BOOST_TEST(piece->first == all.empty());
    BOOST_TEST((piece->opcode == Opcode::text));
    if (!piece->last) BOOST_CHECK_THROW((void)pair.socket.receive(), gnet::Misuse);
    last = piece->last;
    all += piece->data;
  }
  BOOST_TEST(all == "a long message");
  BOOST_TEST(text_of(pair.socket.receive()) == "binary whole");
  pair.peer.close();
  BOOST_TEST(!pair.socket.receive_piece());
  BOOST_TEST(!pair.socket.receive());
}

BOOST_AUTO_TEST_CASE(a_message_can_be_sent_in_pieces_and_others_wait_for_its_end) {
  Pair pair;
  pair.server.send_piece(Opcode::text, "caf\xc3", false);
  auto other = gnet::spawn([&] { pair.server.send("another"); });
  gnet::yield();
  BOOST_TEST(!pair.server.try_send(Opcode::text, "not now"));
  pair.server.ping();
  pair.server.send_piece(Opcode::text, "\xa9, ", false);
  BOOST_CHECK_THROW(pair.server.send_piece(Opcode::text, "\xa9", false), std::invalid_argument);
  BOOST_CHECK_THROW(pair.server.send_piece(Opcode::text, "\xc3", true), std::invalid_argument);
  pair.server.send_piece(Opcode::text, "tea", true);
  BOOST_TEST(text_of(pair.client.receive()) == "text caf\xc3\xa9, tea");
  BOOST_TEST(text_of(pair.client.receive()) == "text another");
  other.join();
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_never_sent) {
  Pair pair;
  BOOST_CHECK_THROW(pair.server.send("caf\xe9"), std::invalid_argument);
  BOOST_CHECK_THROW((void)pair.server.try_send(Opcode::text, "caf\xe9"), std::invalid_argument);
  pair.server.send_binary("caf\xe9");
  BOOST_TEST(text_of(pair.client.receive()) == "binary caf\xe9");
}

BOOST_AUTO_TEST_CASE(a_message_can_be_taken_away) {
  Pair pair;
  const std::string data(200'000, 'x');
  auto sender = gnet::spawn([&] {
    pair.client.send(data);
    pair.client.send("short");
  });
  const auto first = pair.server.receive();
  BOOST_TEST(pair.server.take(*first) == data);
  const auto second = pair.server.receive();
  BOOST_TEST(pair.server.take(*second) == "short");
  sender.join();
}

// ---- several fibers ----

BOOST_AUTO_TEST_CASE(messages_of_many_senders_never_mix) {
  Pair pair({.high_water = 1000});
  std::vector<gnet::Fiber<>> senders;
  for (int i = 0; i < 8; ++i) {
    senders.push_back(gnet::spawn([&pair, i] {
      for (int n = 1; n <= 20; ++n) {
        const std::size_t size = n % 5 == 0 ? 300'000 : static_cast<std::size_t>(n) * 100;
        pair.server.send_binary(std::string(size, static_cast<char>('a' + i)));
        if (n % 3 == 0) pair.server.ping("between");
      }
    }));
  }
  for (int n = 0; n < 8 * 20; ++n) {
    const auto message = pair.client.receive();
    BOOST_REQUIRE(message.has_value());
    BOOST_REQUIRE(message->data.find_first_not_of(message->data[0]) == message->data.npos);
  }
  for (auto& sender : senders) sender.join();
}

BOOST_AUTO_TEST_CASE(a_second_receiver_is_misuse) {
  Pair pair;
  auto first = gnet::spawn([&] { return text_of(pair.server.receive()); });
  gnet::yield();
  BOOST_CHECK_THROW((void)pair.server.receive(), gnet::Misuse);
  pair.client.send("for the first");
  BOOST_TEST(first.get() == "text for the first");
}

BOOST_AUTO_TEST_CASE(a_slow_reader_holds_up_who_sends_to_it_and_bounds_what_waits) {
  Pair pair({.high_water = 10'000});
  bool done = false;
  auto sender = gnet::spawn([&] {
    for (int i = 0; i < 1000; ++i) pair.server.send(std::string(1000, 'x'));
    done = true;
  });
  gnet::sleep(50ms);
  BOOST_TEST(!done);
  BOOST_TEST(pair.server.queued() <= 12'000U);
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(pair.client.receive().has_value());
  sender.join();
  BOOST_TEST(pair.server.queued() == 0U);
}

BOOST_AUTO_TEST_CASE(who_sends_to_many_is_told_of_one_that_is_slow) {
  Pair pair({.high_water = 10'000});
  int taken = 0;
  while (pair.server.try_send(Opcode::text, std::string(1000, 'x'))) {
    BOOST_REQUIRE(++taken < 10'000);
    if (taken % 5 == 0) gnet::sleep(1ms);  // in which it leaves
  }
  BOOST_TEST(taken > 10);
  BOOST_TEST(pair.server.queued() > 9'000U);
  for (int i = 0; i < taken; ++i) BOOST_REQUIRE(pair.client.receive().has_value());
  BOOST_TEST(eventually([&] { return pair.server.try_send("again"); }));
  BOOST_TEST(text_of(pair.client.receive()) == "text again");
}

BOOST_AUTO_TEST_CASE(a_message_longer_than_the_bound_is_taken_when_nothing_waits) {
  Pair pair({.high_water = 100});
  BOOST_TEST(pair.server.try_send(Opcode::binary, std::string(1'000'000, 'x')));
  BOOST_TEST(!pair.server.try_send(Opcode::binary, "x"));
  BOOST_TEST(text_of(pair.client.receive()).size() == 1'000'007U);
}

BOOST_AUTO_TEST_CASE(an_interrupt_of_a_send_leaves_all_of_the_message_or_nothing) {
  Pair pair({.high_water = 1000});
  const std::string data(2'000'000, 'x');
  const bool sent = gnet::Timeout(20ms, gnet::silent).run([&] { pair.server.send_binary(data); });
  BOOST_TEST(!sent);
  const bool second = gnet::Timeout(20ms, gnet::silent).run([&] { pair.server.send("never"); });
  BOOST_TEST(!second);
  auto other = gnet::spawn([&] { pair.server.send("behind"); });
  BOOST_TEST(text_of(pair.client.receive()) == "binary " + data);
  BOOST_TEST(text_of(pair.client.receive()) == "text behind");
  other.join();
}

BOOST_AUTO_TEST_CASE(an_interrupt_of_a_receive_loses_nothing) {
  ByHand pair;
  pair.send(kTextStart, "the first half");
  const bool in_time = gnet::Timeout(20ms, gnet::silent).run([&] { (void)pair.socket.receive(); });
  BOOST_TEST(!in_time);
  pair.send(kLast, " and the second");
  BOOST_TEST(text_of(pair.socket.receive()) == "text the first half and the second");
}

// ---- the end ----

BOOST_AUTO_TEST_CASE(the_peer_closes) {
  ByHand pair;
  pair.send(kCloseFrame, closing(4003, "bye"));
  BOOST_TEST(!pair.socket.receive());
  BOOST_TEST(ending(pair.socket) == "4003 bye, by the peer");
  BOOST_TEST(!pair.socket.is_open());
  BOOST_TEST(!pair.socket.receive());
  BOOST_CHECK_EXCEPTION(pair.socket.send("too late"), WebSocketClosed, [](const auto& error) {
    return error.what() == std::string("the WebSocket is closed: 4003 close code 4003: bye");
  });
  BOOST_TEST(!pair.socket.try_send(Opcode::text, "too late"));
  BOOST_TEST(pair.rest() == "88 4003");
}

BOOST_AUTO_TEST_CASE(this_end_closes_and_drops_what_still_comes) {
  ByHand pair;
  auto closing_fiber = gnet::spawn([&] { pair.socket.close(kNormal, "enough"); });
  BOOST_TEST(pair.next(10) == "88 1000 enough");
  pair.send(kText, "still");
  pair.send(kCloseFrame, closing(1000));
  closing_fiber.join();
  BOOST_TEST(ending(pair.socket) == "1000");
  BOOST_CHECK_THROW(pair.socket.send("too late"), WebSocketClosed);
  pair.socket.close();  // again, which is nothing
}

BOOST_AUTO_TEST_CASE(another_fiber_closes_while_one_receives) {
  ByHand pair;
  auto receiver = gnet::spawn([&] { return text_of(pair.socket.receive()); });
  gnet::yield();
  auto closer = gnet::spawn([&] { pair.socket.close(); });
  BOOST_TEST(pair.next(4) == "88 1000");
  pair.send(kText, "still");
  pair.send(kCloseFrame, closing(1000));
  closer.join();
  BOOST_TEST(receiver.get() == "(none)");
}

BOOST_AUTO_TEST_CASE(another_fiber_closes_while_a_message_is_looked_at) {
  ByHand pair({.close_timeout = 50ms});
  pair.send(kText, "the message");
  const auto message = pair.socket.receive();
  auto closer = gnet::spawn([&] { pair.socket.close(); });
  BOOST_TEST(pair.next(4) == "88 1000");
  pair.send(kText, "overwritten?");
  gnet::sleep(1ms);
  BOOST_TEST(text_of(message) == "text the message");
  closer.join();  // nobody receives
  BOOST_TEST(!pair.socket.receive());
  BOOST_TEST(pair.socket.closed()->code == kAbnormal);
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_answer_a_close_is_left) {
  ByHand pair({.close_timeout = 50ms});
  pair.socket.close(kGoingAway);
  BOOST_TEST(ending(pair.socket) == "1006 the peer has not answered the close in time, not clean");
  BOOST_TEST(pair.rest() == "88 1001");
}

BOOST_AUTO_TEST_CASE(both_close_at_once) {
  Pair pair;
  auto server = gnet::spawn([&] { pair.server.close(4001); });
  pair.client.close(4002);
  server.join();
  BOOST_TEST(ending(pair.client) == "4001");
  BOOST_TEST(ending(pair.server) == "4002");
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_lost) {
  ByHand pair;
  pair.send(kTextStart, "half");
  pair.peer.close();
  BOOST_TEST(!pair.socket.receive());
  BOOST_TEST(ending(pair.socket) ==
             "1006 the connection has ended without a close frame, not clean");
  BOOST_CHECK_THROW(pair.socket.send("too late"), WebSocketClosed);
}

BOOST_AUTO_TEST_CASE(what_the_peer_said_before_it_left_is_still_read) {
  ByHand pair;
  pair.send(kText, "the last words");
  pair.send(kCloseFrame, closing(1008, "not you"));
  pair.peer.close();
  BOOST_CHECK_THROW(for (int i = 0; i < 10; ++i) pair.socket.send("lost"), WebSocketClosed);
  BOOST_TEST(text_of(pair.socket.receive()) == "text the last words");
  BOOST_TEST(!pair.socket.receive());
  BOOST_TEST(ending(pair.socket).starts_with("1008 not you"));
}

BOOST_AUTO_TEST_CASE(a_peer_that_breaks_the_rules_is_told_which) {
  const auto told = [](unsigned first, const std::string& payload) {
    ByHand pair({.limits = {.max_message = 100}});
    pair.send(first, payload);
    pair.peer.shutdown_send();  // else its farewell is waited for
    BOOST_TEST(!pair.socket.receive());
    BOOST_TEST(pair.socket.closed()->failure);
    const std::string said = pair.rest();
    BOOST_TEST(said.substr(3, 4) == std::to_string(pair.socket.closed()->code));
    return said.substr(0, 7);
  };
  BOOST_TEST(told(kText, "caf\xe9") == "88 1007");
  BOOST_TEST(told(kText, std::string(101, 'x')) == "88 1009");
  BOOST_TEST(told(kText | kRsv1, "x") == "88 1002");
  BOOST_TEST(told(kLast, "x") == "88 1002");
  BOOST_TEST(told(kCloseFrame, closing(1005)) == "88 1002");
}

// Of the families of cases by which implementations are compared (conformance_test.cpp has them
// all), some of each, by an echo over a connection.
BOOST_AUTO_TEST_CASE(an_echo_server_keeps_to_the_standard_whatever_comes_in_whatever_pieces) {
  const auto f = [](unsigned first, const std::string& payload = {}) {
    return frame_to(Role::server, first, payload);
  };
  const auto close = f(kCloseFrame, closing(1000));
  struct Case {
    std::string bytes;
    std::string answer;  // a close frame without its reason
  };
  const std::vector<Case> cases = {
      {f(kText, "Hello") + f(kBinary, "\xfe\xff") + close, "81 Hello, 82 \xfe\xff, 88 1000"},
      {f(kText) + f(kPing) + close, "81, 8a, 88 1000"},
      {f(kPing, std::string(125, 'p')) + close, "8a " + std::string(125, 'p') + ", 88 1000"},
      {f(kPong, "unasked") + close, "88 1000"},
      {f(kPing, std::string(126, 'p')), "88 1002"},
      {f(kText | kRsv1, "x"), "88 1002"},
      {f(kText, "x") + f(kPing | kRsv2), "81 x, 88 1002"},
      {f(kFin | 3U, "x"), "88 1002"},
      {f(kText, "x") + f(kFin | 11U), "81 x, 88 1002"},
      {f(kTextStart, "a") + f(kPing, "p") + f(kMiddle, "b") + f(kLast, "c") + close,
       "8a p, 81 abc, 88 1000"},
      {f(kMiddle, "a"), "88 1002"},
      {f(kTextStart, "a") + f(kText, "b"), "88 1002"},
      {f(kPing & ~kFin, "p"), "88 1002"},
      {f(kTextStart, "caf\xc3") + f(kLast, "\xa9") + close, "81 caf\xc3\xa9, 88 1000"},
      {f(kTextStart, "ok") + f(kLast, "\xed\xa0\x80"), "88 1007"},
      {f(kText, "\xc0\x80"), "88 1007"},
      {f(kText, "cut \xe2\x82"), "88 1007"},
      {f(kCloseFrame), "88"},
      {f(kCloseFrame, "x"), "88 1002"},
      {f(kCloseFrame, closing(999)), "88 1002"},
      {f(kCloseFrame, closing(1006)), "88 1002"},
      {f(kCloseFrame, closing(3000, "bye")), "88 3000"},
      {f(kCloseFrame, closing(1000, "caf\xe9")), "88 1007"},
      {f(kText, "x") + close + f(kText, "behind it"), "81 x, 88 1000"},
      {std::string("\x81\x01x"), "88 1002"},  // not masked
  };
  for (const Case& c : cases) {
    for (const std::size_t piece : {c.bytes.size(), std::size_t{1}, std::size_t{3}}) {
      ByHand pair;
      auto server = gnet::spawn([&] { echo(pair.socket); });
      for (std::size_t at = 0; at < c.bytes.size(); at += piece) {
        pair.peer.send_all(std::string_view(c.bytes).substr(at, piece));
        if (piece < 4) gnet::yield();
      }
      pair.peer.shutdown_send();
      std::string answer = pair.rest();
      if (const std::size_t at = answer.rfind("88 10"); at != answer.npos) answer.resize(at + 7);
      BOOST_TEST(answer == c.answer);
      server.join();
    }
  }
}

BOOST_AUTO_TEST_CASE(an_aborted_one_ends_at_once) {
  Pair pair;
  auto receiver = gnet::spawn([&] { return text_of(pair.server.receive()); });
  gnet::yield();
  pair.server.abort();
  BOOST_TEST(receiver.get() == "(none)");
  BOOST_TEST(ending(pair.server) == "1006 it was aborted, not clean");
  BOOST_CHECK_THROW(pair.server.send("too late"), WebSocketClosed);
  BOOST_TEST(!pair.client.receive());
}

BOOST_AUTO_TEST_CASE(one_that_goes_while_something_is_sent_takes_it_along) {
  auto streams = Stream::make_pair();
  {
    WebSocket socket(streams.first, Role::server);
    BOOST_TEST(socket.try_send(Opcode::binary, std::string(10'000'000, 'x')));
    gnet::sleep(10ms);
    BOOST_TEST(socket.queued() > 0U);
  }
  BOOST_TEST(!streams.first.is_open());
}

BOOST_AUTO_TEST_CASE(a_drain_tells_the_peer_and_ends_who_receives) {
  ByHand pair;
  auto server = gnet::spawn([&] { echo(pair.socket); });
  pair.send(kText, "x");
  BOOST_TEST(pair.next(3) == "81 x");
  pair.socket.drain();
  BOOST_TEST(pair.next(4) == "88 1001");
  pair.send(kText, "nobody answers this");
  pair.send(kCloseFrame, closing(1001));
  BOOST_TEST(pair.rest() == "");
  server.join();
  BOOST_TEST(ending(pair.socket) == "1001");
}

BOOST_AUTO_TEST_CASE(a_drain_waits_a_short_time_for_an_answer) {
  ByHand pair({.close_timeout = 50ms});
  auto server = gnet::spawn([&] { echo(pair.socket); });
  gnet::yield();
  pair.socket.drain();
  pair.socket.drain();  // again, which is nothing
  BOOST_TEST(pair.rest() == "88 1001");
  server.join();
}

BOOST_AUTO_TEST_CASE(a_pong_may_be_sent_unasked) {
  ByHand pair;
  pair.socket.pong("alive");
  BOOST_TEST(pair.next(7) == "8a alive");
  BOOST_CHECK_THROW(pair.socket.pong(std::string(126, 'x')), std::invalid_argument);
  pair.socket.abort();
  BOOST_CHECK_THROW(pair.socket.pong(), WebSocketClosed);
}

// ---- time ----

BOOST_AUTO_TEST_CASE(a_silent_peer_is_pinged_and_one_that_answers_stays) {
  Pair pair({.ping_interval = 10ms, .ping_timeout = 10s});
  int pongs = 0;
  pair.server.on_pong([&](std::string_view) { ++pongs; });
  auto server = gnet::spawn([&] { echo(pair.server); });
  auto client = gnet::spawn([&] { return text_of(pair.client.receive()); });
  BOOST_TEST(eventually([&] { return pongs >= 3; }));
  BOOST_TEST(pair.server.round_trip().has_value());
  BOOST_TEST(pair.server.is_open());
  pair.server.close();
  BOOST_TEST(client.get() == "(none)");
}

BOOST_AUTO_TEST_CASE(a_peer_that_answers_no_ping_is_given_up) {
  ByHand pair({.ping_interval = 10ms, .ping_timeout = 20ms});
  BOOST_TEST(!pair.socket.receive());
  BOOST_TEST(ending(pair.socket) == "1006 the peer does not answer pings, not clean");
}

BOOST_AUTO_TEST_CASE(a_peer_that_sends_data_is_alive) {
  ByHand pair({.ping_interval = 20ms, .ping_timeout = 40ms});
  auto server = gnet::spawn([&] { echo(pair.socket); });
  for (int i = 0; i < 20; ++i) {
    gnet::sleep(10ms);
    pair.send(kMiddle | (i == 0 ? 1U : 0U), "x");  // and never a pong
  }
  BOOST_TEST(pair.socket.is_open());
  pair.peer.close();
  server.join();
}

BOOST_AUTO_TEST_CASE(who_does_not_listen_gives_nobody_up) {
  ByHand pair({.ping_interval = 5ms, .ping_timeout = 10ms});
  gnet::sleep(100ms);
  pair.send(kText, "here I am");
  BOOST_TEST(text_of(pair.socket.receive()) == "text here I am");
}

BOOST_AUTO_TEST_CASE(one_without_messages_is_closed_and_pings_are_none) {
  Pair pair({.ping_interval = 5ms, .ping_timeout = 10s, .idle_timeout = 60ms});
  auto server = gnet::spawn([&] { echo(pair.server); });
  const auto start = gnet::Clock::now();
  pair.client.send("x");
  BOOST_TEST(text_of(pair.client.receive()) == "text x");
  BOOST_TEST(!pair.client.receive());
  BOOST_TEST((gnet::Clock::now() - start >= 50ms));
  BOOST_TEST(pair.client.closed()->code == kGoingAway);
  server.join();
}

BOOST_AUTO_TEST_CASE(a_peer_that_takes_nothing_is_given_up) {
  ByHand pair({.write_timeout = 30ms});
  BOOST_CHECK_THROW(for (;;) pair.socket.send_binary(std::string(100'000, 'x')), WebSocketClosed);
  BOOST_TEST(!pair.socket.receive());
  BOOST_TEST(pair.socket.closed()->code == kAbnormal);
}

BOOST_AUTO_TEST_CASE(a_peer_that_pings_and_does_not_read_is_not_read_either) {
  ByHand pair({.limits = {.max_controls = 1'000'000}, .high_water = 1000});
  auto server = gnet::spawn([&] { echo(pair.socket); });
  auto flood = gnet::spawn([&] {
    const std::string ping = frame_to(Role::server, kPing, std::string(125, 'x'));
    for (;;) pair.peer.send_all(ping);
  });
  gnet::sleep(50ms);
  BOOST_TEST(pair.socket.queued() < 70'000U);
  flood.kill();
  pair.socket.abort();
  server.join();
}

BOOST_AUTO_TEST_CASE(one_that_waits_holds_no_buffer_also_where_there_seemed_to_be_something) {
  auto [near, far] = Stream::make_pair();
  near.socket().read_ahead();
  WebSocket socket(std::move(near), Role::server, kQuiet);
  // Whoever borrows one gets the one that was given back last.
  auto& buffers = gnet::detail::Scheduler::current().buffers();
  char* const first = buffers.take();
  buffers.give(first);
  auto reader = gnet::spawn([&] { return text_of(socket.receive()); });
  gnet::yield();
  gnet::yield();
  char* const second = buffers.take();
  BOOST_TEST((second == first));  // the addresses
  buffers.give(second);
  far.send_all(frame_to(Role::server, kText, "late"));
  BOOST_TEST(reader.get() == "text late");
}

BOOST_AUTO_TEST_CASE(it_can_be_moved) {
  auto streams = Stream::make_pair();
  WebSocket first(std::move(streams.first), Role::server, kQuiet);
  WebSocket second(std::move(first));
  WebSocket client(std::move(streams.second), Role::client, kQuiet);
  client.send("x");
  BOOST_TEST(text_of(second.receive()) == "text x");
}

BOOST_AUTO_TEST_SUITE_END()
