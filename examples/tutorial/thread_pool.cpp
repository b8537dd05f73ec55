// What blocks a thread runs on one of a pool; the fibers go on.

#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

int main() {
  gnet::ThreadPool pool(3);
  auto beside = gnet::spawn([] { std::puts("not held up"); });
  const auto squares = pool.map(std::vector{3, 1, 2}, [](int number) {
    std::this_thread::sleep_for(number * 50ms);  // a call that blocks
    return number * number;
  });
  for (const int square : squares) std::printf("%d\n", square);
  try {
    pool.apply([]() -> int { throw std::runtime_error("thrown on a thread, caught in a fiber"); });
  } catch (const std::runtime_error& error) {
    std::puts(error.what());
  }
}
