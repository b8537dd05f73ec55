// 超时: a limit on whatever the fiber waits for. The original waits a hundred times as long.

#include <chrono>
#include <iostream>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

void wait() {
  gnet::sleep(10s);
}

int main() {
  const auto seconds = 100ms;

  gnet::Timeout timeout(seconds);  // starts at once

  try {
    gnet::spawn(wait).join();
  } catch (const gnet::Timeout&) {
    std::cout << "Could not complete\n";
  }
}
