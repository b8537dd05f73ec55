#include "gnet/base/unique_function.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

BOOST_AUTO_TEST_SUITE(unique_function)

using gnet::UniqueFunction;

BOOST_AUTO_TEST_CASE(an_empty_one_is_false) {
  UniqueFunction<void()> function;
  BOOST_TEST(!function);
  function = [] {};
  BOOST_TEST(static_cast<bool>(function));
  function = {};
  BOOST_TEST(!function);
}

BOOST_AUTO_TEST_CASE(owns_what_can_only_be_moved) {
  UniqueFunction<int()> function = [number = std::make_unique<int>(5)] { return *number; };
  auto moved = std::move(function);
  BOOST_TEST(moved() == 5);
  BOOST_TEST(!function);  // NOLINT: what moving leaves behind is the question
}

BOOST_AUTO_TEST_CASE(may_change_what_it_owns) {
  UniqueFunction<int()> counter = [n = 0]() mutable { return ++n; };
  BOOST_TEST(counter() == 1);
  BOOST_TEST(counter() == 2);
}

BOOST_AUTO_TEST_CASE(passes_arguments_and_results_through) {
  UniqueFunction<std::string(std::string, std::unique_ptr<int>)> function =
      [](std::string text, std::unique_ptr<int> number) { return text + std::to_string(*number); };
  BOOST_TEST(function("n=", std::make_unique<int>(3)) == "n=3");
  int number = 1;
  UniqueFunction<void(int&)> increment = [](int& n) { ++n; };
  increment(number);
  BOOST_TEST(number == 2);
}

BOOST_AUTO_TEST_CASE(drops_a_result_that_is_not_wanted) {
  int calls = 0;
  UniqueFunction<void()> function = [&] { return ++calls; };
  function();
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(destroys_what_it_owns_once) {
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  {
    UniqueFunction<void()> function = [owned] {};
    owned.reset();
    auto moved = std::move(function);
    BOOST_TEST(!watch.expired());
  }
  BOOST_TEST(watch.expired());
}

BOOST_AUTO_TEST_SUITE_END()
