// 队列: the boss waits while three tasks wait, and workers go home when there is nothing to do.

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

int main() {
  gnet::Queue<int> tasks(3);

  auto worker = [&](std::string n) {
    return [&tasks, n] {
      while (const auto task = tasks.get(200ms)) {
        std::cout << "Worker " << n << " got task " << *task << '\n';
        gnet::yield();
      }
      std::cout << "Quitting time!\n";
    };
  };
  auto boss = [&] {
    for (int i = 1; i < 10; ++i) tasks.put(i);
    std::cout << "Assigned all work in iteration 1\n";

    for (int i = 10; i < 20; ++i) tasks.put(i);
    std::cout << "Assigned all work in iteration 2\n";
  };

  std::vector<gnet::Fiber<>> fibers;
  fibers.push_back(gnet::spawn(boss));
  for (const char* name : {"steve", "john", "bob"}) fibers.push_back(gnet::spawn(worker(name)));
  gnet::joinall(fibers);

  try {
    tasks.get_nowait();
  } catch (const gnet::QueueEmpty& error) {
    std::cout << error.what() << '\n';
  }
}
