#include "gnet/fiber/shrink_stack.h"

#include <sys/mman.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/scheduler.h"

BOOST_AUTO_TEST_SUITE(shrink_stack)

namespace {

// Pages of the running fiber's stack that are in memory.
std::size_t resident() {
  const auto stack = gnet::detail::Scheduler::current().running().stack;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages(static_cast<std::size_t>(stack.top() - stack.usable()) / page);
  BOOST_REQUIRE(mincore(stack.usable(), pages.size() * page, pages.data()) == 0);
  std::size_t count = 0;
  for (const unsigned char one : pages) count += one & 1U;
  return count;
}

// Touches some 64 KiB of stack below its caller.
[[gnu::noinline]] int touch(int depth) {
  volatile char block[1024];
  for (std::size_t i = 0; i < sizeof block; i += 64) block[i] = static_cast<char>(depth);
  return depth == 0 ? block[0] : touch(depth - 1) + block[64];
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_a_fiber_has_touched_and_does_not_use_is_given_back) {
  auto fiber = gnet::spawn([] {
    const std::string kept(100, 'x');
    char local[64];
    std::memset(local, 'y', sizeof local);
    BOOST_TEST(touch(64) != 1);
    const std::size_t before = resident();
    BOOST_TEST(before >= 15U);
    gnet::detail::shrink_stack();
    BOOST_TEST(resident() < before - 8);
    BOOST_TEST(kept == std::string(100, 'x'));
    BOOST_TEST(std::string(local, sizeof local) == std::string(64, 'y'));
    BOOST_TEST(touch(64) != 1);  // and is there again when it is needed
    gnet::yield();
  });
  fiber.join();
  BOOST_TEST(fiber.successful());
}

BOOST_AUTO_TEST_CASE(it_may_be_called_on_the_stack_of_main) {
  BOOST_CHECK_NO_THROW(gnet::detail::shrink_stack());
}

BOOST_AUTO_TEST_SUITE_END()
