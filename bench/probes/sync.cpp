// What fibers pay to talk to each other: CPU time an operation, by one name and number a line. The
// same as peers/sync_go.go and peers/sync_gevent.py.

#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/channel.h"
#include "gnet/sync/pool.h"
#include "gnet/sync/queue.h"
#include "gnet/sync/semaphore.h"

namespace {

constexpr int kHandOvers = 1'000'000;
constexpr int kTasks = 100'000;
constexpr std::size_t kWorkers = 100;

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <typename Body>
void measure(const char* name, int operations, Body&& body) {
  const double start = cpu_ns();
  body();
  std::printf("%s %.2f\n", name, (cpu_ns() - start) / operations);
}

void queue() {
  gnet::Queue<int> queue(1);
  auto consumer = gnet::spawn([&] {
    for (int i = 0; i < kHandOvers; ++i) static_cast<void>(queue.get());
  });
  for (int i = 0; i < kHandOvers; ++i) queue.put(i);
  consumer.join();
}

void channel() {
  gnet::Channel<int> channel;
  auto consumer = gnet::spawn([&] {
    for (int i = 0; i < kHandOvers; ++i) static_cast<void>(channel.get());
  });
  for (int i = 0; i < kHandOvers; ++i) channel.put(i);
  consumer.join();
}

// Two fibers that let each other go in turn.
void semaphore() {
  gnet::Semaphore ping(0);
  gnet::Semaphore pong(0);
  auto other = gnet::spawn([&] {
    for (int i = 0; i < kHandOvers / 2; ++i) {
      ping.acquire();
      pong.release();
    }
  });
  for (int i = 0; i < kHandOvers / 2; ++i) {
    ping.release();
    pong.acquire();
  }
  other.join();
}

void map() {
  std::vector<int> numbers(kTasks);
  std::iota(numbers.begin(), numbers.end(), 0);
  gnet::Pool pool(kWorkers);
  const auto results = pool.map(numbers, [](int i) { return i + 1; });
  if (results.back() != kTasks) std::abort();
}

}  // namespace

int main() {
  measure("queue", kHandOvers, queue);
  measure("channel", kHandOvers, channel);
  measure("semaphore", kHandOvers, semaphore);
  measure("map", kTasks, map);
}
