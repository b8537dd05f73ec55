// Greenlet状态: what a fiber tells of itself, before and after its end.

#include <iostream>
#include <stdexcept>
#include <string>

#include "gnet/gnet.h"

std::string win() {
  return "You win!";
}

std::string fail() {
  throw std::runtime_error("You fail at failing.");
}

int main() {
  std::cout << std::boolalpha;
  auto winner = gnet::spawn(win);
  auto loser = gnet::spawn(fail);

  std::cout << winner.active() << '\n';  // started
  std::cout << loser.active() << '\n';

  winner.join();
  loser.join();  // an error stays inside the fiber

  std::cout << *winner.value() << '\n';
  std::cout << (loser.value() == nullptr) << '\n';

  std::cout << winner.ready() << '\n';
  std::cout << loser.ready() << '\n';

  std::cout << winner.successful() << '\n';
  std::cout << loser.successful() << '\n';

  std::cout << gnet::describe(loser.exception()) << '\n';
}
