// What counting one duration costs, among others of all sizes.

#include "gnet/base/histogram.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

namespace {

void histogram_record(benchmark::State& state) {
  const auto histogram = std::make_unique<gnet::FineHistogram>();
  std::minstd_rand random(1);
  std::lognormal_distribution<double> spread(12, 1);
  std::vector<gnet::Duration> times(4096);
  for (auto& time : times) time = gnet::Duration(static_cast<std::int64_t>(spread(random)));
  std::size_t next = 0;
  for (auto _ : state) {
    histogram->record(times[next]);
    next = (next + 1) % times.size();
  }
  benchmark::DoNotOptimize(histogram->count());
}
BENCHMARK(histogram_record);

}  // namespace
