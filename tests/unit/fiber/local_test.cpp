#include "gnet/fiber/local.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(local)

using namespace test;
using gnet::Local;
using gnet::spawn;
using gnet::yield;

namespace {

int alive = 0;

struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }
  int value = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_fiber_has_its_own_value) {
  Local<int> number;
  *number = 100;
  std::vector<gnet::Fiber<int>> fibers;
  for (int i = 0; i < 5; ++i) {
    fibers.push_back(spawn([&number, i] {
      BOOST_TEST(*number == 0);
      for (int k = 0; k < i; ++k) {
        ++*number;
        yield();
      }
      return *number;
    }));
  }
  for (int i = 0; i < 5; ++i) BOOST_TEST(fibers[static_cast<std::size_t>(i)].get() == i);
  BOOST_TEST(*number == 100);
}

BOOST_AUTO_TEST_CASE(a_value_is_made_on_first_use) {
  Local<Counted> counted;
  spawn([] {}).join();
  BOOST_TEST(alive == 0);
  spawn([&] {
    counted->value = 3;
    BOOST_TEST(alive == 1);
    BOOST_TEST(counted->value == 3);
  }).join();
}

BOOST_AUTO_TEST_CASE(values_go_with_the_fiber_though_its_handle_stays) {
  Local<Counted> counted;
  gnet::Event go;
  std::vector<gnet::Fiber<>> fibers;
  for (int i = 0; i < 5; ++i) {
    fibers.push_back(spawn([&] {
      counted->value = 1;
      go.wait();
    }));
  }
  yield();
  BOOST_TEST(alive == 5);
  go.set();
  gnet::joinall(fibers);
  BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(values_go_when_the_fiber_is_killed) {
  Local<Counted> counted;
  auto fiber = spawn([&] {
    counted->value = 1;
    gnet::sleep(10s);
  });
  yield();
  BOOST_TEST(alive == 1);
  fiber.kill();
  BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(values_of_all_fibers_go_with_the_local) {
  for (int round = 0; round < 1000; ++round) {
    std::optional<Local<Counted>> counted;
    counted.emplace();
    (*counted)->value = 1;
    auto fiber = spawn([&] {
      (*counted)->value = 2;
      yield();
    });
    yield();
    BOOST_REQUIRE(alive == 2);
    counted.reset();
    BOOST_REQUIRE(alive == 0);
    fiber.join();
    BOOST_REQUIRE(alive == 0);
  }
}

BOOST_AUTO_TEST_CASE(several_locals_are_separate) {
  Local<int> one;
  Local<std::string> two;
  {
    Local<int> gone;
    *gone = 5;
  }
  Local<int> three;
  *one = 1;
  *two = "two";
  *three = 3;
  BOOST_TEST(*one == 1);
  BOOST_TEST(*two == "two");
  BOOST_TEST(*three == 3);
}

BOOST_AUTO_TEST_CASE(a_destructor_may_use_locals_and_suspend) {
  static std::string trace;
  static Local<std::string>* other_local = nullptr;
  struct Last {
    ~Last() {
      trace += other_local->get().empty() ? "empty " : "full ";
      gnet::sleep(2ms);
      trace += "gone";
    }
    int value = 0;
  };
  Local<Last> last;
  Local<std::string> other;
  other_local = &other;
  auto fiber = spawn([&] {
    last->value = 1;
    *other = "something";
  });
  yield();
  fiber.kill();  // too late to interrupt anything
  BOOST_TEST(trace == "empty gone");
  BOOST_TEST(!fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(a_local_that_goes_may_end_fibers) {
  struct Owner {
    gnet::Fiber<> fiber;
  };
  std::optional<Local<Owner>> owner;
  owner.emplace();
  std::vector<gnet::Fiber<>> fibers;
  gnet::Event go;
  for (int i = 0; i < 3; ++i) {
    fibers.push_back(spawn([&] {
      // Created and never started: it ends with its handle.
      (*owner)->fiber = gnet::Fiber<>::create([] {});
      go.wait();
    }));
  }
  yield();
  owner.reset();
  go.set();
  gnet::joinall(fibers);
}

BOOST_AUTO_TEST_CASE(values_of_the_main_fiber_go_with_its_hub) {
  on_thread([] {
    static thread_local std::optional<Local<Counted>> kept;
    kept.emplace();
    (*kept)->value = 1;
    spawn([] { (*kept)->value = 2; });
    gnet::wait();
  });
  BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(use_on_another_thread_is_misuse) {
  Local<int> number;
  bool refused = false;
  on_thread([&] { refused = throws<gnet::Misuse>([&] { *number = 1; }); });
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(use_in_a_callback_of_the_hub_is_misuse) {
  Local<int> number;
  bool refused = false;
  gnet::Hub::current().defer([&] { refused = throws<gnet::Misuse>([&] { *number = 1; }); });
  yield();
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_SUITE_END()
