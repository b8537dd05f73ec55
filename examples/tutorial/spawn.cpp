// 创建Greenlets: functions with their arguments, and lambdas. The original sleeps ten times as
// long.

#include <chrono>
#include <functional>
#include <iostream>
#include <string>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

void foo(const std::string& message, gnet::Duration n) {
  gnet::sleep(n);
  std::cout << message << '\n';
}

int main() {
  auto fiber1 = gnet::Fiber<>::create(std::bind(foo, "Hello", 100ms));
  fiber1.start();
  auto fiber2 = gnet::spawn([] { foo("I live!", 200ms); });
  auto fiber3 = gnet::spawn([x = 2] { return x + 1; });
  gnet::AnyFiber* const fibers[] = {&fiber1, &fiber2, &fiber3};
  gnet::joinall(fibers);
}
