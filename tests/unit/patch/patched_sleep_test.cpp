// Patched sleep() and its relatives.

#include <time.h>

#include <algorithm>
#include <functional>
#include <thread>
#include <vector>

#include "tests/unit/patch/support.h"

BOOST_AUTO_TEST_SUITE(patched_sleep)

using test::error_of;
using test::Ticker;
using namespace std::chrono_literals;

namespace {

timespec operator+(timespec time, std::chrono::milliseconds delay) {
  time.tv_nsec += std::chrono::nanoseconds(delay).count();
  time.tv_sec += time.tv_nsec / 1'000'000'000;
  time.tv_nsec %= 1'000'000'000;
  return time;
}

timespec now(clockid_t clock) {
  timespec time{};
  BOOST_REQUIRE(clock_gettime(clock, &time) == 0);
  return time;
}

struct Nap {
  const char* name;
  std::function<int()> sleep;  // ten milliseconds
};

const std::vector<Nap> kNaps = {
    {"usleep", [] { return usleep(10'000); }},
    {"nanosleep",
     [] {
       const timespec time{0, 10'000'000};
       return nanosleep(&time, nullptr);
     }},
    {"clock_nanosleep",
     [] {
       const timespec time{0, 10'000'000};
       return clock_nanosleep(CLOCK_REALTIME, 0, &time, nullptr);
     }},
    {"clock_nanosleep until",
     [] {
       const timespec time = now(CLOCK_MONOTONIC) + 10ms;
       return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
     }},
    {"clock_nanosleep until a time of day",
     [] {
       const timespec time = now(CLOCK_REALTIME) + 10ms;
       return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, nullptr);
     }},
    {"sleep_for", [] { return std::this_thread::sleep_for(10ms), 0; }},
};

}  // namespace

BOOST_AUTO_TEST_CASE(sleeping_suspends_only_the_fiber) {
  for (const Nap& nap : kNaps) {
    BOOST_TEST_CONTEXT(nap.name) {
      const Ticker ticker;
      int asleep = 0;
      int most = 0;
      std::vector<gnet::Fiber<>> others;
      for (int i = 0; i < 20; ++i) {
        others.push_back(gnet::spawn([&] {
          most = std::max(most, ++asleep);
          const auto start = gnet::Clock::now();
          BOOST_TEST(nap.sleep() == 0);
          BOOST_TEST((gnet::Clock::now() - start >= 9ms));
          --asleep;
        }));
      }
      for (auto& other : others) other.join();
      BOOST_TEST(most == 20);
      BOOST_TEST(ticker.ticks > 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(sleep_takes_seconds) {
  const Ticker ticker;
  BOOST_TEST(sleep(1) == 0);
  BOOST_TEST(ticker.ticks > 10);
}

BOOST_AUTO_TEST_CASE(sleeping_for_no_time_lets_others_run) {
  for (const std::function<int()>& nothing : std::vector<std::function<int()>>{
           [] { return static_cast<int>(sleep(0)); }, [] { return usleep(0); }}) {
    bool ran = false;
    auto other = gnet::spawn([&] { ran = true; });
    BOOST_TEST(nothing() == 0);
    BOOST_TEST(ran);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused) {
  const timespec none{0, 1'000'000'000};
  BOOST_TEST(error_of([&] { return nanosleep(&none, nullptr); }) == EINVAL);
  BOOST_TEST(clock_nanosleep(CLOCK_MONOTONIC, 0, &none, nullptr) == EINVAL);
  const timespec past{1, 0};
  BOOST_TEST(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, nullptr) == 0);
  BOOST_TEST(clock_nanosleep(4711, 0, &past, nullptr) == EINVAL);
}

BOOST_AUTO_TEST_SUITE_END()
