#include "gnet/fiber/context_var.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <thread>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "gnet/sync/pool.h"

BOOST_AUTO_TEST_SUITE(context_var)

using gnet::ContextVar;
using gnet::spawn;

BOOST_AUTO_TEST_CASE(without_a_value_it_has_its_first) {
  ContextVar<int> number(7);
  BOOST_TEST(*number == 7);
  BOOST_TEST(spawn([&] { return *number; }).get() == 7);
}

BOOST_AUTO_TEST_CASE(a_value_holds_until_its_scope_ends) {
  ContextVar<std::string> name("nobody");
  {
    const auto outer = name.set("outer");
    {
      const auto inner = name.set("inner");
      BOOST_TEST(*name == "inner");
    }
    BOOST_TEST(name->size() == 5U);
    BOOST_TEST(*name == "outer");
  }
  BOOST_TEST(*name == "nobody");
}

BOOST_AUTO_TEST_CASE(a_fiber_inherits_what_was_set_when_it_was_spawned) {
  ContextVar<int> number;
  gnet::Event go;
  gnet::Fiber<int> child;
  {
    const auto scope = number.set(1);
    child = spawn([&] {
      go.wait();
      return spawn([&] { return *number; }).get();
    });
  }
  const auto later = number.set(2);
  go.set();
  BOOST_TEST(child.get() == 1);
  BOOST_TEST(*number == 2);
}

BOOST_AUTO_TEST_CASE(what_a_child_sets_its_parent_does_not_see) {
  ContextVar<int> number(1);
  const auto scope = number.set(2);
  spawn([&] {
    const auto own = number.set(3);
    gnet::yield();
    BOOST_TEST(*number == 3);
  }).join();
  BOOST_TEST(*number == 2);
}

BOOST_AUTO_TEST_CASE(several_variables_do_not_meet) {
  ContextVar<int> number(1);
  ContextVar<std::string> name("a");
  const auto first = number.set(2);
  const auto second = name.set("b");
  const auto third = number.set(3);
  BOOST_TEST(*number == 3);
  BOOST_TEST(*name == "b");
}

BOOST_AUTO_TEST_CASE(a_value_goes_with_the_last_fiber_that_has_it) {
  ContextVar<std::shared_ptr<int>> shared;
  auto value = std::make_shared<int>(1);
  gnet::Event go;
  gnet::Fiber<> child;
  {
    const auto scope = shared.set(value);
    child = spawn([&] { go.wait(); });
  }
  BOOST_TEST(value.use_count() == 2);
  go.set();
  child.join();
  BOOST_TEST(value.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_fiber_that_never_runs_gives_its_values_back) {
  ContextVar<std::shared_ptr<int>> shared;
  auto value = std::make_shared<int>(1);
  {
    const auto scope = shared.set(value);
    spawn([] {}).kill();
  }
  BOOST_TEST(value.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(tasks_of_a_pool_inherit_from_who_asks_for_them) {
  ContextVar<int> number;
  gnet::Pool pool(2);
  const auto scope = number.set(5);
  BOOST_TEST(pool.apply([&] { return *number; }) == 5);
}

BOOST_AUTO_TEST_CASE(another_thread_inherits_nothing) {
  ContextVar<int> number(1);
  const auto scope = number.set(2);
  int seen = 0;
  std::thread([&] { seen = *number; }).join();
  BOOST_TEST(seen == 1);
}

BOOST_AUTO_TEST_CASE(a_callback_of_the_hub_inherits_nothing) {
  ContextVar<int> number(1);
  const auto scope = number.set(2);
  int seen = 0;
  gnet::Event done;
  gnet::Hub::current().defer([&] {
    seen = *number;
    done.set();
  });
  done.wait();
  BOOST_TEST(seen == 1);
}

BOOST_AUTO_TEST_CASE(a_scope_that_ends_out_of_turn_leaves_the_newer_value) {
  ContextVar<int> number(1);
  spawn([&] {
    auto* first = new ContextVar<int>::Scope(number.set(2));
    const auto second = number.set(3);
    delete first;
    BOOST_TEST(*number == 3);
  }).join();
  BOOST_TEST(*number == 1);
}

BOOST_AUTO_TEST_SUITE_END()
