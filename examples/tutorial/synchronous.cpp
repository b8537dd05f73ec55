// 同步vs异步: one task after the other, and all of them at once.

#include <chrono>
#include <iostream>
#include <vector>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

// Drawn by lot once, so that the output can be foretold.
constexpr int kRandom[] = {1, 1, 0, 2, 2};

void task(int pid) {
  gnet::sleep(kRandom[pid] * 1ms);
  std::cout << "Task " << pid << " done\n";
}

void synchronous() {
  for (int i = 0; i < 5; ++i) task(i);
}

void asynchronous() {
  std::vector<gnet::Fiber<>> fibers;
  for (int i = 0; i < 5; ++i) fibers.push_back(gnet::spawn([i] { task(i); }));
  gnet::joinall(fibers);
}

int main() {
  std::cout << "Synchronous:\n";
  synchronous();

  std::cout << "Asynchronous:\n";
  asynchronous();
}
