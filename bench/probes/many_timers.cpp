// Arms as many timeouts as its argument says, all pending at once, then cancels them all; does the
// same with timers kept by hand; and puts a hundred thousand fibers to sleep. What each costs, by
// one name and number a line.

#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"

namespace {

constexpr std::size_t kFibers = 100'000;

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double resident_bytes() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    if (line.rfind("Rss:", 0) == 0) return std::atof(line.c_str() + 4) * 1024;
  }
  return 0;
}

// Delays of all lengths, in no order.
std::chrono::milliseconds delay(std::size_t i) {
  return std::chrono::milliseconds(10'000 + i * 7919 % 100'000);
}

double timeout_ns(std::size_t count) {
  // In memory already, as the stacks are on which a timeout usually lies.
  std::vector<std::optional<gnet::Timeout>> timeouts(count);
  const double start = cpu_ns();
  for (std::size_t i = 0; i < count; ++i) timeouts[i].emplace(delay(i));
  for (auto& timeout : timeouts) timeout.reset();
  return (cpu_ns() - start) / static_cast<double>(count);
}

// As bench/micro/raw_timer.cpp, with as many at once: nodes of two lines of the cache, which the
// machine has to fetch twice, in a list that needs no order.
struct alignas(64) RawTimer {
  RawTimer* previous = this;
  RawTimer* next = this;
  std::chrono::steady_clock::time_point when{};
  char rest[104] = {};
};

double raw_ns(std::size_t count) {
  RawTimer list;
  std::vector<RawTimer> timers(count);
  const double start = cpu_ns();
  for (std::size_t i = 0; i < count; ++i) {
    RawTimer& timer = timers[i];
    timer.when = std::chrono::steady_clock::now() + delay(i);
    timer.rest[sizeof timer.rest - 1] = 1;
    timer.previous = list.previous;
    timer.next = &list;
    list.previous->next = &timer;
    list.previous = &timer;
  }
  for (RawTimer& timer : timers) {
    timer.rest[sizeof timer.rest - 1] = 0;
    timer.previous->next = timer.next;
    timer.next->previous = timer.previous;
  }
  return (cpu_ns() - start) / static_cast<double>(count);
}

double bytes_per_sleeper() {
  std::vector<gnet::Fiber<>> fibers(kFibers);
  const double before = resident_bytes();
  for (std::size_t i = 0; i < kFibers; ++i) {
    fibers[i] = gnet::spawn([i] { gnet::sleep(delay(i)); });
  }
  gnet::yield();
  const double bytes = (resident_bytes() - before) / static_cast<double>(kFibers);
  for (auto& fiber : fibers) fiber.kill();
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  const auto count = static_cast<std::size_t>(argc > 1 ? std::atol(argv[1]) : 1'000'000);
  std::printf("timeout_ns %.1f\n", timeout_ns(count));
  std::printf("raw_ns %.1f\n", raw_ns(count));
  std::printf("bytes_per_sleeper %.1f\n", bytes_per_sleeper());
}
