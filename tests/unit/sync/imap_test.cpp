#include "gnet/sync/imap.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gnet/fiber/timeout.h"
#include "gnet/sync/pool.h"
#include "gnet/sync/queue.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(imap)

using namespace test;
using boost::test_tools::per_element;

namespace {

// The numbers from zero up to and without `end`, that fail at `bad` when they come to it,
// and count how many have been asked for.
struct Numbers {
  struct Iterator {
    using value_type = int;
    using difference_type = std::ptrdiff_t;

    int operator*() const { return number; }
    Iterator& operator++() {
      ++number;
      ++numbers->asked;
      if (number == numbers->bad) throw Oops(number);
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& i, std::default_sentinel_t) {
      return i.number == i.numbers->count;
    }

    Numbers* numbers;
    int number = 0;
  };

  Iterator begin() { return {this}; }
  std::default_sentinel_t end() const { return {}; }

  int count;
  int bad = -1;
  int asked = 0;
};

int nap_and_return(int item) {
  gnet::sleep(std::chrono::milliseconds(item));
  return item;
}

}  // namespace

BOOST_AUTO_TEST_CASE(results_come_in_the_order_of_the_items) {
  gnet::Pool pool(3);
  std::vector<int> results;
  for (int& result : pool.imap(std::vector<int>{3, 1, 2}, nap_and_return)) {
    results.push_back(result);
  }
  BOOST_TEST(results == (std::vector<int>{3, 1, 2}), per_element());
}

BOOST_AUTO_TEST_CASE(unordered_results_come_as_they_are_ready) {
  gnet::Pool pool(3);
  std::vector<int> results;
  const std::vector<int> items{9, 1, 5};
  for (int& result : pool.imap_unordered(items, nap_and_return)) results.push_back(result);
  BOOST_TEST(results == (std::vector<int>{1, 5, 9}), per_element());
}

BOOST_AUTO_TEST_CASE(it_is_deterministic) {
  gnet::Pool pool(10);
  std::vector<std::vector<int>> runs(4);
  for (auto& run : runs) {
    for (int& result : pool.imap_unordered(Numbers{.count = 10}, [](int item) {
           gnet::yield();
           return item;
         })) {
      run.push_back(result);
    }
  }
  BOOST_TEST(runs[0].size() == 10u);
  for (const auto& run : runs) BOOST_TEST(run == runs[0], per_element());
}

BOOST_AUTO_TEST_CASE(an_error_is_thrown_at_its_item_and_the_rest_follows) {
  gnet::Group group;
  auto fail_at_one = [](int item) {
    if (item == 1) throw Oops(1);
    return item;
  };
  auto ordered = group.imap(Numbers{.count = 3}, fail_at_one);
  BOOST_TEST(ordered.next().value() == 0);
  BOOST_CHECK_THROW(static_cast<void>(ordered.next()), Oops);
  BOOST_TEST(ordered.next().value() == 2);
  BOOST_TEST(!ordered.next().has_value());
  BOOST_TEST(!ordered.next().has_value());
  auto unordered = group.imap_unordered(Numbers{.count = 3}, fail_at_one);
  BOOST_TEST(unordered.next().value() == 0);
  BOOST_CHECK_THROW(static_cast<void>(unordered.next()), Oops);
  BOOST_TEST(unordered.next().value() == 2);
  BOOST_TEST(!unordered.next().has_value());
}

BOOST_AUTO_TEST_CASE(what_the_source_throws_comes_after_the_results) {
  gnet::Group group;
  auto results = group.imap(Numbers{.count = 5, .bad = 2}, [](int item) { return item; });
  BOOST_TEST(results.next().value() == 0);
  BOOST_TEST(results.next().value() == 1);
  BOOST_CHECK_THROW(static_cast<void>(results.next()), Oops);
  BOOST_TEST(!results.next().has_value());
  Numbers numbers{.count = 5, .bad = 1};
  BOOST_CHECK_THROW(group.map(numbers, [](int item) { return item; }), Oops);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_holds_the_source_back) {
  gnet::Pool pool(4);
  Numbers numbers{.count = 20};
  auto results = pool.imap(
      numbers, [](int item) { return item; }, 1);
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(results.next().value() == i);
    let_run();
    BOOST_TEST(numbers.asked - i <= 2);
  }
  BOOST_TEST(!results.next().has_value());
}

BOOST_AUTO_TEST_CASE(a_source_that_dawdles_after_its_last_item_still_ends) {
  gnet::Group group;
  gnet::Queue<int> source;
  auto feeder = gnet::spawn([&] {
    source.put(1);
    gnet::sleep(2ms);
    source.close();
  });
  std::vector<int> results;
  for (int& result : group.imap(source, [](int item) { return 10 * item; })) {
    results.push_back(result);
  }
  BOOST_TEST(results == (std::vector<int>{10}), per_element());
}

BOOST_AUTO_TEST_CASE(calls_that_return_nothing_are_counted) {
  gnet::Group group;
  int calls = 0;
  auto done = group.imap_unordered(Numbers{.count = 3}, [&](int) { ++calls; });
  while (done.next()) {
  }
  BOOST_TEST(calls == 3);
}

BOOST_AUTO_TEST_CASE(leaving_early_ends_the_calls_that_go_on) {
  gnet::Pool pool(2);
  int ended = 0;
  {
    auto results = pool.imap_unordered(Numbers{.count = 10}, [&](int item) {
      Sentinel here(ended);
      gnet::sleep(item == 0 ? 0ms : 30000ms);
      return item;
    });
    BOOST_TEST(results.next().value() == 0);
    let_run();
  }
  BOOST_TEST(ended >= 2);
  let_run();
  BOOST_TEST(pool.free_count() == 2u);
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost_and_the_next_result_neither) {
  gnet::Group group;
  auto results = group.imap(std::vector<int>{5}, nap_and_return);
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(static_cast<void>(results.next()), gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  BOOST_TEST(results.next().value() == 5);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_killed_says_so_at_its_item) {
  gnet::Group group;
  auto results = group.imap(Numbers{.count = 2}, [](int item) {
    if (item == 0) gnet::sleep(30s);
    return item;
  });
  let_run();
  group.kill();
  BOOST_CHECK_THROW(static_cast<void>(results.next()), gnet::FiberKilled);
  BOOST_TEST(results.next().value() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
