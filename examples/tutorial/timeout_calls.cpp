// 超时: whatever waits for a fiber, or for anything else, takes a limit.

#include <chrono>
#include <iostream>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

void wait() {
  gnet::sleep(2s);
}

int main() {
  auto fiber1 = gnet::spawn(wait);

  if (!fiber1.join(100ms)) std::cout << "Thread 1 timed out\n";

  // --

  gnet::Timeout timer(100ms);
  auto fiber2 = gnet::spawn(wait);

  try {
    fiber2.get();
  } catch (const gnet::Timeout&) {
    std::cout << "Thread 2 timed out\n";
  }

  // --

  try {
    gnet::with_timeout(100ms, wait);
  } catch (const gnet::Timeout&) {
    std::cout << "Thread 3 timed out\n";
  }

  // --

  gnet::Queue<int> queue;
  const gnet::Deadline deadline = 100ms;
  if (!queue.get(deadline)) std::cout << "The queue timed out\n";
}
