#include "gnet/web/result_cache.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>

#include "gnet/fiber/fiber.h"
#include "gnet/os/thread_pool.h"
#include "gnet/sync/group.h"
#include "tests/unit/eventually.h"

BOOST_AUTO_TEST_SUITE(result_cache)

using gnet::web::detail::ResultCache;
using namespace std::chrono_literals;

namespace {

ResultCache::Compute gives(std::string text) {
  return [text](const std::atomic<bool>&) { return text; };
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_computed_is_kept) {
  ResultCache cache(10'000);
  BOOST_TEST(*cache.get("a", gives("1")) == "1");
  BOOST_TEST(*cache.get("a", gives("2")) == "1");
  BOOST_TEST(*cache.get("b", gives("3")) == "3");
  BOOST_TEST(cache.computations() == 2u);
}

BOOST_AUTO_TEST_CASE(those_who_ask_at_the_same_time_share_one_computation) {
  ResultCache cache(10'000);
  std::counting_semaphore<> go(0);
  gnet::Group group;
  int got = 0;
  for (int i = 0; i < 20; ++i) {
    group.spawn([&] {
      const auto result = cache.get("a", [&go](const std::atomic<bool>&) {
        go.acquire();
        return std::string("1");
      });
      if (*result == "1") ++got;
    });
  }
  gnet::sleep(5ms);
  BOOST_TEST(cache.computations() == 1u);
  go.release(20);
  group.join();
  BOOST_TEST(got == 20);
  BOOST_TEST(cache.computations() == 1u);
}

BOOST_AUTO_TEST_CASE(other_hubs_wait_as_well) {
  ResultCache cache(10'000);
  std::counting_semaphore<> go(0);
  std::string elsewhere;
  std::thread other([&] {
    elsewhere = *cache.get("a", [&go](const std::atomic<bool>&) {
      go.acquire();
      return std::string("1");
    });
  });
  BOOST_TEST(test::eventually([&] { return cache.computations() == 1; }));
  auto here = gnet::spawn([&] { return *cache.get("a", gives("2")); });
  gnet::sleep(5ms);
  go.release();
  BOOST_TEST(here.get() == "1");
  other.join();
  BOOST_TEST(elsewhere == "1");
}

BOOST_AUTO_TEST_CASE(a_failure_is_for_all_who_wait_and_not_kept) {
  ResultCache cache(10'000);
  const auto fail = [](const std::atomic<bool>&) -> std::string { throw std::runtime_error("no"); };
  auto one = gnet::spawn(
      [&] { BOOST_CHECK_THROW(static_cast<void>(cache.get("a", fail)), std::runtime_error); });
  auto two = gnet::spawn(
      [&] { BOOST_CHECK_THROW(static_cast<void>(cache.get("a", fail)), std::runtime_error); });
  one.join(), two.join();
  BOOST_TEST(*cache.get("a", gives("1")) == "1");
}

BOOST_AUTO_TEST_CASE(who_leaves_does_not_stop_it_for_the_others) {
  ResultCache cache(10'000);
  std::counting_semaphore<> go(0);
  auto first = gnet::spawn([&] {
    return *cache.get("a", [&go](const std::atomic<bool>&) {
      go.acquire();
      return std::string("1");
    });
  });
  auto second = gnet::spawn([&] { return *cache.get("a", gives("2")); });
  gnet::sleep(5ms);
  first.kill();
  go.release();
  BOOST_TEST(second.get() == "1");
  BOOST_TEST(cache.computations() == 1u);
}

BOOST_AUTO_TEST_CASE(it_is_bounded_and_forgets_what_was_not_asked_for_the_longest) {
  ResultCache cache(10'000);
  const std::string large(3000, 'x');
  for (const char* key : {"a", "b", "c"}) static_cast<void>(cache.get(key, gives(large)));
  static_cast<void>(cache.get("a", gives(large)));
  static_cast<void>(cache.get("d", gives(large)));  // b has to go
  BOOST_TEST(cache.bytes() <= 10'000u);
  BOOST_TEST(cache.computations() == 4u);
  static_cast<void>(cache.get("a", gives(large)));
  BOOST_TEST(cache.computations() == 4u);
  static_cast<void>(cache.get("b", gives(large)));
  BOOST_TEST(cache.computations() == 5u);
  const std::string huge(6000, 'x');
  BOOST_TEST(cache.get("e", gives(huge))->size() == 6000u);
  static_cast<void>(cache.get("b", gives(large)));
  BOOST_TEST(cache.computations() == 6u);  // b is still there
}

BOOST_AUTO_TEST_CASE(at_its_end_what_runs_is_told_to_stop) {
  bool stopped = false;
  {
    ResultCache cache(10'000);
    auto asks = gnet::spawn([&] {
      try {
        static_cast<void>(cache.get("a", [&stopped](const std::atomic<bool>& stop) {
          while (!stop) std::this_thread::sleep_for(1ms);
          stopped = true;
          return std::string();
        }));
      } catch (const gnet::FiberExit&) {
        throw;
      }
    });
    gnet::sleep(5ms);
    asks.kill();
  }
  BOOST_TEST(stopped);
}

BOOST_AUTO_TEST_SUITE_END()
