// 同步和异步执行: each fiber hands over to the other, explicitly.

#include <iostream>
#include <vector>

#include "gnet/gnet.h"

void foo() {
  std::cout << "Running in foo\n";
  gnet::yield();
  std::cout << "Explicit context switch to foo again\n";
}

void bar() {
  std::cout << "Explicit context to bar\n";
  gnet::yield();
  std::cout << "Implicit context switch back to bar\n";
}

int main() {
  std::vector<gnet::Fiber<>> fibers;
  fibers.push_back(gnet::spawn(foo));
  fibers.push_back(gnet::spawn(bar));
  gnet::joinall(fibers);
}
