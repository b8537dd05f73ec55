#include "gnet/link/relay.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/stream.h"
#include "gnet/link/framed_link.h"
#include "gnet/protocol/framer.h"

BOOST_AUTO_TEST_SUITE(relay)

using namespace std::chrono_literals;
using namespace std::literals;
using gnet::PumpEnd;
using gnet::Stream;
using gnet::link::FramedLink;
using gnet::link::Framing;
using gnet::link::LinkMessage;
using gnet::link::RelayOptions;
using gnet::link::RelayResult;
using gnet::link::Way;

namespace {

std::string read_all(Stream& stream) {
  std::string all;
  char buffer[4096];
  while (const std::size_t count = stream.receive(buffer, sizeof buffer)) all.append(buffer, count);
  return all;
}

// left <-> a | relay | b <-> right
struct Bridge {
  explicit Bridge(Framing first, Framing second, RelayOptions options = {}) {
    std::tie(left, near_left) = Stream::make_pair();
    std::tie(right, near_right) = Stream::make_pair();
    fiber = gnet::spawn([this, first, second, options] {
      FramedLink a(near_left, first);
      FramedLink b(near_right, second);
      result = gnet::link::relay(a, b, options);
    });
  }

  Stream left, right, near_left, near_right;
  RelayResult result;
  gnet::Fiber<> fiber;
};

}  // namespace

BOOST_AUTO_TEST_CASE(messages_are_framed_anew_both_ways) {
  Bridge bridge(Framing::line, Framing::length2);
  bridge.left.send_all("one\ntwo\n");
  bridge.left.shutdown_send();
  bridge.right.send_all("\0\5hello"sv);
  bridge.right.shutdown_send();
  BOOST_TEST(read_all(bridge.right) == "\0\3one\0\3two"s);
  BOOST_TEST(read_all(bridge.left) == "hello\n");
  bridge.fiber.get();
  BOOST_TEST(bridge.result.complete());
  BOOST_TEST(bridge.result.forward.messages == 2U);
  BOOST_TEST(bridge.result.forward.bytes == 6U);
  BOOST_TEST(bridge.result.backward.messages == 1U);
}

BOOST_AUTO_TEST_CASE(three_million_bytes_and_an_answer_after_the_end_go_whole) {
  Bridge bridge(Framing::raw, Framing::raw);
  const std::string data(3'000'000, 'x');
  auto sender = gnet::spawn([&] {
    bridge.left.send_all(data);
    bridge.left.shutdown_send();
  });
  auto answerer = gnet::spawn([&] {
    const std::string got = read_all(bridge.right);
    gnet::sleep(20ms);
    bridge.right.send_all(got);
    bridge.right.shutdown_send();
  });
  BOOST_TEST((read_all(bridge.left) == data));
  sender.get(), answerer.get(), bridge.fiber.get();
  BOOST_TEST(bridge.result.complete());
}

BOOST_AUTO_TEST_CASE(a_limit_of_messages_ends_both_ways) {
  Bridge bridge(Framing::line, Framing::line, {.max_messages = 2});
  bridge.left.send_all("1\n2\n3\n");
  bridge.fiber.get();
  BOOST_TEST((bridge.result.forward.end == PumpEnd::limit));
  BOOST_TEST((bridge.result.backward.end == PumpEnd::cut));
  BOOST_TEST(bridge.result.forward.messages == 2U);
}

BOOST_AUTO_TEST_CASE(a_message_that_does_not_fit_ends_both_ways) {
  Bridge bridge(Framing::length4, Framing::length2);
  bridge.left.send_all("\0\1\0\0"s + std::string(65536, 'x'));
  bridge.fiber.get();
  BOOST_TEST((bridge.result.forward.end == PumpEnd::error));
  BOOST_CHECK_THROW(std::rethrow_exception(bridge.result.forward.error), gnet::MessageTooLong);
  BOOST_TEST((bridge.result.backward.end == PumpEnd::cut));
}

BOOST_AUTO_TEST_CASE(nothing_either_way_for_too_long_is_the_end) {
  Bridge bridge(Framing::line, Framing::line, {.idle_timeout = 20ms});
  bridge.fiber.get();
  BOOST_TEST((bridge.result.forward.end == PumpEnd::timed_out));
  BOOST_TEST((bridge.result.backward.end == PumpEnd::timed_out));
}

BOOST_AUTO_TEST_CASE(a_slow_line_delays_what_goes_and_its_end) {
  RelayOptions options;
  options.forward.delay = 30ms;
  const auto start = gnet::Clock::now();
  Bridge bridge(Framing::line, Framing::line, options);
  bridge.left.send_all("late\n");
  bridge.left.shutdown_send();
  bridge.right.shutdown_send();
  BOOST_TEST(read_all(bridge.right) == "late\n");
  BOOST_TEST((gnet::Clock::now() - start >= 30ms));
  bridge.fiber.get();
  BOOST_TEST(bridge.result.complete());
}

BOOST_AUTO_TEST_CASE(who_taps_sees_each_message_and_which_way_it_goes) {
  std::vector<std::string> seen;
  RelayOptions options;
  options.tap = [&](Way way, const LinkMessage& message) {
    seen.push_back((way == Way::forward ? ">" : "<") + std::string(message.data));
  };
  Bridge bridge(Framing::line, Framing::line, options);
  bridge.left.send_all("a\n");
  bridge.left.shutdown_send();
  BOOST_TEST(read_all(bridge.right) == "a\n");
  bridge.right.send_all("b\n");
  bridge.right.shutdown_send();
  BOOST_TEST(read_all(bridge.left) == "b\n");
  bridge.fiber.get();
  BOOST_TEST((seen == std::vector<std::string>{">a", "<b"}));
}

BOOST_AUTO_TEST_CASE(the_end_may_be_handed_on_in_another_way) {
  std::vector<Way> ended;
  RelayOptions options;
  options.hand_on_end = [&](Way way) { ended.push_back(way); };
  options.half_close_timeout = 20ms;
  Bridge bridge(Framing::line, Framing::line, options);
  bridge.left.shutdown_send();
  bridge.fiber.get();
  BOOST_TEST((bridge.result.forward.end == PumpEnd::eof));
  BOOST_TEST((bridge.result.backward.end == PumpEnd::timed_out));
  BOOST_TEST((ended == std::vector<Way>{Way::forward}));
}

BOOST_AUTO_TEST_CASE(one_way_leaves_the_other_alone) {
  auto [left, near_left] = Stream::make_pair();
  auto [right, near_right] = Stream::make_pair();
  left.send_all("x\n");
  left.shutdown_send();
  FramedLink a(near_left, Framing::line);
  FramedLink b(near_right, Framing::line);
  const auto result = gnet::link::relay_one_way(a, b, Way::forward);
  BOOST_TEST((result.end == PumpEnd::eof));
  BOOST_TEST(result.messages == 1U);
  right.shutdown_send();
}

BOOST_AUTO_TEST_SUITE_END()
