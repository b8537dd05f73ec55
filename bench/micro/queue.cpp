// A value handed from one fiber to another.

#include "gnet/sync/queue.h"

#include <benchmark/benchmark.h>

#include "gnet/fiber/fiber.h"

namespace {

void queue_hand_over(benchmark::State& state) {
  gnet::Queue<int> queue(1);
  auto consumer = gnet::spawn([&queue] {
    while (queue.get() != 0) {
    }
  });
  for (auto _ : state) queue.put(1);
  queue.put(0);
  consumer.join();
}
BENCHMARK(queue_hand_over);

}  // namespace
