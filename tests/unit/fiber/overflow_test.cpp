#include "gnet/fiber/overflow.h"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <string>
#include <thread>

#include "gnet/fiber/fiber.h"
#include "tests/unit/child.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/valgrind.h"

BOOST_AUTO_TEST_SUITE(overflow)

using namespace test;

namespace {

// Uses up any stack.
[[gnu::noinline]] int recurse(int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  if (depth < 0) return 0;  // never
  return recurse(depth + 1) + frame[0];
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Sanitizers and valgrind report overflows themselves.
bool watched() {
  return kSanitized || on_valgrind();
}

}  // namespace

BOOST_AUTO_TEST_CASE(says_which_fiber_it_was) {
  if (watched()) return;
  const auto death = death_of(
      [] { gnet::spawn({.name = "deep thought"}, [] { static_cast<void>(recurse(0)); }).join(); });
  BOOST_TEST(death.signal == SIGSEGV);
  BOOST_TEST(contains(death.words, "gnet: stack overflow in fiber deep thought, spawned at "));
  BOOST_TEST(contains(death.words, "overflow_test.cpp:"));
  BOOST_TEST(contains(death.words, "stack of 256 KiB"));
}

BOOST_AUTO_TEST_CASE(says_the_number_of_a_fiber_without_a_name) {
  if (watched()) return;
  const auto death = death_of(
      [] { gnet::spawn({.stack_size = 64 * 1024}, [] { static_cast<void>(recurse(0)); }).join(); });
  BOOST_TEST(contains(death.words, "gnet: stack overflow in fiber "));
  BOOST_TEST(contains(death.words, "stack of 64 KiB"));
}

BOOST_AUTO_TEST_CASE(works_on_every_thread) {
  if (watched()) return;
  const auto death = death_of([] {
    std::thread([] {
      gnet::spawn({.name = "elsewhere"}, [] { static_cast<void>(recurse(0)); }).join();
    }).join();
  });
  BOOST_TEST(death.signal == SIGSEGV);
  BOOST_TEST(contains(death.words, "stack overflow in fiber elsewhere"));
}

BOOST_AUTO_TEST_CASE(works_while_a_thread_ends) {
  if (watched()) return;
  const auto death = death_of([] {
    std::thread([] {
      gnet::spawn({.name = "late"}, [] {
        try {
          gnet::sleep(10s);
        } catch (const gnet::FiberExit&) {
          static_cast<void>(recurse(0));
        }
      });
      gnet::yield();
    }).join();
  });
  BOOST_TEST(death.signal == SIGSEGV);
  BOOST_TEST(contains(death.words, "stack overflow in fiber late"));
}

BOOST_AUTO_TEST_CASE(other_faults_are_not_blamed_on_the_stack) {
  if (watched()) return;
  const auto death = death_of([] {
    gnet::spawn([] {
      volatile char* volatile nowhere = nullptr;
      *nowhere = 1;
    }).join();
  });
  BOOST_TEST(death.signal == SIGSEGV);
  BOOST_TEST(!contains(death.words, "stack overflow"));
}

BOOST_AUTO_TEST_SUITE_END()
