#include "gnet/base/ring_buffer.h"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(ring_buffer)

namespace {

// Counts those alive, and whose copies fail on demand. Has no move that cannot throw.
struct Counted {
  explicit Counted(int number) : number(number) { ++alive; }
  Counted(const Counted& other) : number(other.number) {
    if (copies_left == 0) throw std::runtime_error("copy");
    if (copies_left > 0) --copies_left;
    ++alive;
  }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }

  int number;
  static inline int alive = 0;
  static inline int copies_left = -1;  // -1: any number
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_new_one_is_empty) {
  const gnet::RingBuffer<std::string> ring;
  BOOST_TEST(ring.empty());
  BOOST_TEST(ring.size() == 0U);
}

BOOST_AUTO_TEST_CASE(behaves_as_a_deque_whatever_the_mixture) {
  gnet::RingBuffer<std::string> ring;
  std::deque<std::string> model;
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    // Grows and shrinks in long waves, so that it wraps at every size.
    const bool grows = random() % 100 < (i / 500 % 2 == 0 ? 70U : 30U);
    if (grows || model.empty()) {
      model.push_back("item number " + std::to_string(i));
      ring.push_back(model.back());
    } else {
      BOOST_TEST_REQUIRE(ring.front() == model.front());
      ring.pop_front();
      model.pop_front();
    }
    BOOST_TEST_REQUIRE(ring.size() == model.size());
  }
  for (; !model.empty(); model.pop_front(), ring.pop_front()) {
    BOOST_TEST_REQUIRE(ring.front() == model.front());
  }
  BOOST_TEST(ring.empty());
}

BOOST_AUTO_TEST_CASE(an_item_may_be_made_of_the_oldest_while_it_grows) {
  gnet::RingBuffer<std::string> ring;
  ring.push_back("a text too long for the string itself");
  for (int i = 0; i < 100; ++i) ring.emplace_back(ring.front());
  for (; !ring.empty(); ring.pop_front()) {
    BOOST_TEST_REQUIRE(ring.front() == "a text too long for the string itself");
  }
}

BOOST_AUTO_TEST_CASE(items_that_only_move_are_fine) {
  gnet::RingBuffer<std::unique_ptr<int>> ring;
  for (int i = 0; i < 10; ++i) ring.push_back(std::make_unique<int>(i));
  auto other = std::move(ring);
  BOOST_TEST(ring.empty());
  BOOST_TEST(other.size() == 10U);
  BOOST_TEST(**&other.front() == 0);
}

BOOST_AUTO_TEST_CASE(nothing_has_changed_when_a_copy_throws) {
  gnet::RingBuffer<Counted> ring;
  for (int i = 0; i < 4; ++i) ring.emplace_back(i);  // full: the next one grows it
  for (int copies = 0; copies < 4; ++copies) {
    Counted::copies_left = copies;
    BOOST_CHECK_THROW(ring.emplace_back(4), std::runtime_error);
    BOOST_TEST(Counted::alive == 4);
    BOOST_TEST(ring.size() == 4U);
    BOOST_TEST(ring.front().number == 0);
  }
  Counted::copies_left = -1;
  ring.emplace_back(4);
  for (int i = 0; i < 5; ++i, ring.pop_front()) BOOST_TEST(ring.front().number == i);
  BOOST_TEST(Counted::alive == 0);
}

BOOST_AUTO_TEST_CASE(every_item_is_destroyed_once) {
  {
    gnet::RingBuffer<Counted> ring;
    for (int i = 0; i < 1000; ++i) ring.emplace_back(i);
    for (int i = 0; i < 300; ++i) ring.pop_front();
    BOOST_TEST(Counted::alive == 700);
    gnet::RingBuffer<Counted> other;
    other.emplace_back(1);
    other = std::move(ring);
    BOOST_TEST(Counted::alive == 700);
    other.clear();
    BOOST_TEST(Counted::alive == 0);
    BOOST_TEST(other.empty());
    other.emplace_back(2);
  }
  BOOST_TEST(Counted::alive == 0);
}

BOOST_AUTO_TEST_SUITE_END()
