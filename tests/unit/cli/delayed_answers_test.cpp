#include "commands/delayed_answers.h"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "gnet/fiber/hub.h"

BOOST_AUTO_TEST_SUITE(delayed_answers)

using namespace commands;
using namespace std::chrono_literals;

namespace {

struct Sent {
  void operator()(std::string_view text, const gnet::SocketAddress&) const {
    texts.emplace_back(text);
  }
  std::vector<std::string>& texts;
};

const gnet::SocketAddress kNobody;

}  // namespace

BOOST_AUTO_TEST_CASE(answers_are_sent_in_the_order_in_which_they_are_due) {
  std::vector<std::string> texts;
  DelayedAnswers waiting(Sent{texts});
  BOOST_TEST(waiting.add("third", kNobody, 30ms));
  gnet::yield();
  BOOST_TEST(waiting.add("first", kNobody, 1ms));  // the one that waits already is not in its way
  BOOST_TEST(waiting.add("second", kNobody, 15ms));
  BOOST_TEST(waiting.finish(gnet::Deadline::never()) == 0U);
  const std::vector<std::string> wanted{"first", "second", "third"};
  BOOST_TEST(texts == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(there_may_be_more_after_all_were_sent) {
  std::vector<std::string> texts;
  DelayedAnswers waiting(Sent{texts});
  for (std::size_t i = 1; i <= 3; ++i) {
    BOOST_TEST(waiting.add("again", kNobody, 0ms));
    BOOST_TEST(waiting.finish(gnet::Deadline::never()) == 0U);
    BOOST_TEST(texts.size() == i);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_due_in_time_is_dropped_and_counted) {
  std::vector<std::string> texts;
  DelayedAnswers waiting(Sent{texts});
  for (int i = 0; i < 3; ++i) BOOST_TEST(waiting.add("late", kNobody, 1h));
  BOOST_TEST(waiting.size() == 3U);
  BOOST_TEST(waiting.finish(1ms) == 3U);
  BOOST_TEST(waiting.size() == 0U);
  BOOST_TEST(texts.empty());
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_sent_in_time_is_counted_too) {
  DelayedAnswers waiting([](auto, const auto&) { gnet::sleep(1h); });
  BOOST_TEST(waiting.add("stuck", kNobody, 0ms));
  BOOST_TEST(waiting.finish(5ms) == 1U);
}

BOOST_AUTO_TEST_CASE(there_is_a_bound_to_answers_and_to_bytes) {
  std::vector<std::string> texts;
  DelayedAnswers waiting(Sent{texts});
  for (std::size_t i = 0; i < DelayedAnswers::kMost; ++i) {
    BOOST_REQUIRE(waiting.add("x", kNobody, 1h));
  }
  BOOST_TEST(!waiting.add("x", kNobody, 1h));
  BOOST_TEST(waiting.finish(0ms) == DelayedAnswers::kMost);
  const std::string half(DelayedAnswers::kMostBytes / 2, 'x');
  BOOST_TEST(waiting.add(half, kNobody, 1h));
  BOOST_TEST(waiting.add(half, kNobody, 1h));
  BOOST_TEST(!waiting.add("x", kNobody, 0ms));
}

BOOST_AUTO_TEST_SUITE_END()
