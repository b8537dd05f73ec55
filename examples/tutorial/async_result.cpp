// 事件: AsyncResult carries a value to those who wait for it.

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

int main() {
  gnet::AsyncResult<std::string> a;

  auto setter = [&] {
    gnet::sleep(300ms);
    a.set("Hello!");
  };
  auto waiter = [&] { std::cout << a.get() << '\n'; };

  std::vector<gnet::Fiber<>> fibers;
  fibers.push_back(gnet::spawn(setter));
  fibers.push_back(gnet::spawn(waiter));
  gnet::joinall(fibers);
}
