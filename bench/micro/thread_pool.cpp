// A function that a thread runs for a fiber.

#include "gnet/os/thread_pool.h"

#include <benchmark/benchmark.h>

namespace {

// There and back, with a thread that waits.
void thread_pool_round_trip(benchmark::State& state) {
  gnet::ThreadPool pool(1);
  pool.apply([] {});
  int calls = 0;
  for (auto _ : state) pool.apply([&calls] { ++calls; });
}
BENCHMARK(thread_pool_round_trip)->UseRealTime();

// As many at once as the pool takes.
void thread_pool_spawn(benchmark::State& state) {
  gnet::ThreadPool pool(1);
  pool.apply([] {});
  for (auto _ : state) static_cast<void>(pool.spawn([] {}));
  pool.join();
}
BENCHMARK(thread_pool_spawn)->UseRealTime();

}  // namespace
