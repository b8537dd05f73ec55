// 线程局部变量: every fiber has its own values.

#include <iostream>
#include <optional>
#include <vector>

#include "gnet/gnet.h"

struct Stash {
  std::optional<int> x;
  std::optional<int> y;
};

int main() {
  gnet::Local<Stash> stash;

  auto f1 = [&] {
    stash->x = 1;
    std::cout << *stash->x << '\n';
  };
  auto f2 = [&] {
    stash->y = 2;
    std::cout << *stash->y << '\n';

    if (!stash->x) std::cout << "x is not local to f2\n";
  };

  std::vector<gnet::Fiber<>> fibers;
  fibers.push_back(gnet::spawn(f1));
  fibers.push_back(gnet::spawn(f2));
  gnet::joinall(fibers);
}
