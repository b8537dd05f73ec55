// Fibers that give way, come and go.

#include "gnet/fiber/fiber.h"

#include <benchmark/benchmark.h>

namespace {

// Two fibers that do nothing but yield: each turn of the loop is a yield of both.
void yield(benchmark::State& state) {
  bool done = false;
  auto other = gnet::spawn([&done] {
    while (!done) gnet::yield();
  });
  while (state.KeepRunningBatch(2)) gnet::yield();
  done = true;
  other.join();
}
BENCHMARK(yield);

void spawn_join(benchmark::State& state) {
  for (auto _ : state) gnet::spawn([] {}).join();
}
BENCHMARK(spawn_join);

}  // namespace
