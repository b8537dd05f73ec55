// Two threads that wake each other through the kernel: the measure of what waits for a thread.

#include <benchmark/benchmark.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

namespace {

constexpr std::uint64_t kStop = 2;

std::uint64_t receive(int fd) {
  std::uint64_t value = kStop;
  if (read(fd, &value, sizeof value) != sizeof value) return kStop;
  return value;
}

void send(int fd, std::uint64_t value) {
  benchmark::DoNotOptimize(write(fd, &value, sizeof value));
}

// There and back, with a thread that waits.
void raw_thread_round_trip(benchmark::State& state) {
  const int there = eventfd(0, EFD_CLOEXEC);
  const int back = eventfd(0, EFD_CLOEXEC);
  std::thread other([=] {
    while (receive(there) != kStop) send(back, 1);
  });
  for (auto _ : state) {
    send(there, 1);
    receive(back);
  }
  send(there, kStop);
  other.join();
  close(there);
  close(back);
}
BENCHMARK(raw_thread_round_trip)->UseRealTime();

}  // namespace
