// 队列: a boss puts tasks into a queue, three workers take turns with them.

#include <iostream>
#include <string>
#include <vector>

#include "gnet/gnet.h"

int main() {
  gnet::Queue<int> tasks;

  auto worker = [&](std::string n) {
    return [&tasks, n] {
      while (!tasks.empty()) {
        const int task = tasks.get();
        std::cout << "Worker " << n << " got task " << task << '\n';
        gnet::yield();
      }
      std::cout << "Quitting time!\n";
    };
  };
  auto boss = [&] {
    for (int i = 1; i < 10; ++i) tasks.put_nowait(i);
  };

  gnet::spawn(boss).join();

  std::vector<gnet::Fiber<>> workers;
  for (const char* name : {"steve", "john", "nancy"}) {
    workers.push_back(gnet::spawn(worker(name)));
  }
  gnet::joinall(workers);
}
