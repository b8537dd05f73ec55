// What other fibers and threads will have done, sooner or later.
//
//   BOOST_REQUIRE(test::eventually([&] { return server.counters().active == 1; }));

#pragma once

#include <chrono>

#include "gnet/fiber/fiber.h"

namespace test {

// Suspends until the condition holds; false: not within about five seconds.
template <typename F>
bool eventually(F&& condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    gnet::sleep(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace test
