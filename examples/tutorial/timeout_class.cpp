// 超时: a limit on a block, which throws an error of one's own.

#include <chrono>
#include <exception>
#include <iostream>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

struct TooLong : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "TooLong"; }
};

int main() {
  const auto time_to_wait = 50ms;

  try {
    gnet::Timeout limit(time_to_wait, std::make_exception_ptr(TooLong()));
    gnet::sleep(10s);
  } catch (const TooLong& error) {
    std::cout << error.what() << '\n';
  }

  // Without an error: the block just ends.
  const bool completed = gnet::Timeout(time_to_wait, gnet::silent).run([] { gnet::sleep(10s); });
  std::cout << std::boolalpha << completed << '\n';
}
