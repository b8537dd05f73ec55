// A time limit around something that ends in time.

#include "gnet/fiber/timeout.h"

#include <benchmark/benchmark.h>

#include <chrono>

namespace {

using namespace std::chrono_literals;

void timeout(benchmark::State& state) {
  for (auto _ : state) {
    gnet::Timeout limit(5s);
    benchmark::DoNotOptimize(limit);
  }
}
BENCHMARK(timeout);

}  // namespace
