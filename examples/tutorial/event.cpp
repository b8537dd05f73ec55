// 事件: three fibers wait for what one of them announces.

#include <chrono>
#include <iostream>
#include <vector>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

int main() {
  gnet::Event evt;

  auto setter = [&] {
    std::cout << "A: Hey wait for me, I have to do something\n";
    gnet::sleep(300ms);
    std::cout << "Ok, I'm done\n";
    evt.set();
  };
  auto waiter = [&] {
    std::cout << "I'll wait for you\n";
    evt.wait();  // blocking
    std::cout << "It's about time\n";
  };

  std::vector<gnet::Fiber<>> fibers;
  fibers.push_back(gnet::spawn(setter));
  for (int i = 0; i < 3; ++i) fibers.push_back(gnet::spawn(waiter));
  gnet::joinall(fibers);
}
