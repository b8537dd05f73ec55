#include "gnet/fiber/stack_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <new>
#include <set>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(stack_pool)

using gnet::detail::Stack;
using gnet::detail::StackPool;

namespace {

const auto kPage = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));

// The number of pages of the stack that are in memory.
std::size_t resident(const Stack& stack) {
  std::vector<unsigned char> pages(stack.size / kPage);
  if (mincore(stack.base, stack.size, pages.data()) != 0) return SIZE_MAX;
  return static_cast<std::size_t>(std::count_if(
      pages.begin(), pages.end(), [](unsigned char page) { return (page & 1) != 0; }));
}

// Whether the kernel can read it: a fault would be EFAULT.
bool accessible(const char* address) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const bool readable = write(ends[1], address, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return readable;
}

}  // namespace

BOOST_AUTO_TEST_CASE(sizes_are_rounded_up_to_powers_of_two) {
  StackPool pool;
  BOOST_TEST(pool.take(1).size == 16U * 1024);
  BOOST_TEST(pool.take(64 * 1024).size == 64U * 1024);
  BOOST_TEST(pool.take(64 * 1024 + 1).size == 128U * 1024);
  BOOST_TEST(pool.take(20 * 1024 * 1024).size == 32U * 1024 * 1024);
}

BOOST_AUTO_TEST_CASE(absurd_sizes_are_refused) {
  StackPool pool;
  BOOST_CHECK_THROW(pool.take(SIZE_MAX), std::bad_alloc);
  BOOST_CHECK_THROW(pool.take(std::size_t{1} << 40), std::bad_alloc);
}

BOOST_AUTO_TEST_CASE(a_stack_can_be_written_but_for_its_guard) {
  StackPool pool;
  const Stack stack = pool.take(64 * 1024);
  BOOST_TEST((stack.usable() == stack.base + kPage));
  BOOST_TEST((stack.top() == stack.base + stack.size));
  std::memset(stack.usable(), 1, stack.size - kPage);
  BOOST_TEST(accessible(stack.usable()));
  BOOST_TEST(accessible(stack.top() - 1));
  BOOST_TEST(!accessible(stack.base));
  BOOST_TEST(!accessible(stack.usable() - 1));
}

BOOST_AUTO_TEST_CASE(stacks_do_not_overlap) {
  StackPool pool;
  std::set<char*> bases;
  for (int i = 0; i < 300; ++i) {
    const Stack stack = pool.take(64 * 1024);
    const auto [place, fresh] = bases.insert(stack.base);
    BOOST_REQUIRE(fresh);
    const auto after = std::next(place);
    if (after != bases.end()) BOOST_REQUIRE((*after >= stack.top()));
    if (place != bases.begin()) BOOST_REQUIRE((*std::prev(place) + stack.size <= stack.base));
  }
}

BOOST_AUTO_TEST_CASE(a_stack_given_back_is_the_next_taken) {
  StackPool pool;
  const Stack first = pool.take(64 * 1024);
  const Stack second = pool.take(64 * 1024);
  pool.give(first);
  BOOST_TEST((pool.take(128 * 1024).base != first.base));
  BOOST_TEST((pool.take(64 * 1024).base == first.base));
  pool.give(second);
  BOOST_TEST((pool.take(64 * 1024).base == second.base));
}

BOOST_AUTO_TEST_CASE(an_untouched_stack_costs_no_memory) {
  StackPool pool;
  const Stack stack = pool.take(256 * 1024);
  BOOST_TEST(resident(stack) == 0U);
  *(stack.top() - 1) = 1;
  BOOST_TEST(resident(stack) == 1U);
}

BOOST_AUTO_TEST_CASE(beyond_the_warm_ones_memory_goes_back_to_the_kernel) {
  StackPool pool;
  std::vector<Stack> stacks;
  for (int i = 0; i < 1100; ++i) {
    stacks.push_back(pool.take(16 * 1024));
    *(stacks.back().top() - 1) = 1;
  }
  BOOST_TEST(!pool.wants_trim());
  for (const Stack& stack : stacks) pool.give(stack);
  BOOST_TEST(pool.wants_trim());
  pool.trim();
  BOOST_TEST(!pool.wants_trim());
  std::size_t pages = 0;
  for (const Stack& stack : stacks) pages += resident(stack);
  BOOST_TEST(pages <= 1024U);
  BOOST_TEST(pages > 0U);
  // And all can be taken again.
  std::set<char*> bases;
  for (std::size_t i = 0; i < stacks.size(); ++i) bases.insert(pool.take(16 * 1024).base);
  BOOST_TEST(bases.size() == stacks.size());
}

BOOST_AUTO_TEST_CASE(the_default_is_a_power_of_two) {
  const auto size = StackPool::default_size();
  BOOST_TEST(size >= 64U * 1024);
  BOOST_TEST((size & (size - 1)) == 0U);
}

BOOST_AUTO_TEST_CASE(the_stacks_of_finished_fibers_are_used_again) {
  std::set<const void*> places;
  for (int i = 0; i < 100; ++i) {
    gnet::spawn([&] {
      const char here = 0;
      places.insert(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(&here) /
                                                  StackPool::default_size()));
    }).join();
  }
  BOOST_TEST(places.size() <= 2U);
}

BOOST_AUTO_TEST_SUITE_END()
