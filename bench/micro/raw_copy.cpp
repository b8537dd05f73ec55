// Copying 64 KiB that are in the cache: the measure of what looks at every byte of as many.

#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

namespace {

void raw_copy(benchmark::State& state) {
  const std::string from(64 * 1024, 'x');
  std::string to(from.size(), '\0');
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(raw_copy);

}  // namespace
