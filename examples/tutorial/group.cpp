// 组和池: a group is waited for as one.

#include <iostream>

#include "gnet/gnet.h"

int main() {
  auto talk = [](const char* msg) {
    return [msg] {
      for (int i = 0; i < 2; ++i) std::cout << msg << '\n';
    };
  };

  auto g1 = gnet::spawn(talk("bar"));
  auto g2 = gnet::spawn(talk("foo"));
  auto g3 = gnet::spawn(talk("fizz"));

  gnet::Group group;
  group.add(g1);
  group.add(g2);
  group.join();

  group.add(g3);
  group.join();
}
