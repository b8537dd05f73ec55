// What the machine itself charges: for the time, for a system call, for asking epoll. No bound;
// they help to read the other numbers.

#include <benchmark/benchmark.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>

namespace {

void read_clock(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(std::chrono::steady_clock::now());
}
BENCHMARK(read_clock);

void empty_system_call(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(syscall(SYS_getppid));
}
BENCHMARK(empty_system_call);

void empty_epoll_wait(benchmark::State& state) {
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  for (auto _ : state) benchmark::DoNotOptimize(epoll_wait(fd, &event, 1, 0));
  close(fd);
}
BENCHMARK(empty_epoll_wait);

}  // namespace
