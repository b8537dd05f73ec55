// 创建Greenlets: a class of one's own runs as a fiber; what it holds goes with it.

#include <chrono>
#include <iostream>
#include <string>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

struct MyFiber {
  std::string message;
  gnet::Duration n;

  void operator()() const {
    std::cout << message << '\n';
    gnet::sleep(n);
  }
};

int main() {
  auto g = gnet::Fiber<>::create(MyFiber{"Hi there!", 300ms});
  g.start();
  g.join();
}
