#include "gnet/sync/outcome.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/sync/pool.h"

BOOST_AUTO_TEST_SUITE(outcome)

using namespace std::chrono_literals;
using gnet::Outcome;

BOOST_AUTO_TEST_CASE(it_is_a_value_or_an_error) {
  const auto good = Outcome<int>::of([] { return 42; });
  BOOST_TEST(static_cast<bool>(good));
  BOOST_TEST(*good == 42);
  BOOST_TEST(good.get() == 42);
  BOOST_TEST((good.error() == nullptr));

  const auto bad = Outcome<int>::of([]() -> int { throw std::runtime_error("boom"); });
  BOOST_TEST(!bad);
  BOOST_TEST(gnet::describe(bad.error()) == "boom");
  BOOST_CHECK_THROW(static_cast<void>(bad.get()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(it_may_be_of_nothing_or_of_what_only_moves) {
  BOOST_TEST(static_cast<bool>(Outcome<void>::of([] {})));
  Outcome<void>::of([] {}).get();
  auto moved = Outcome<std::unique_ptr<int>>::of([] { return std::make_unique<int>(7); });
  BOOST_TEST(*std::move(moved).get() == 7);
}

BOOST_AUTO_TEST_CASE(an_interrupt_is_no_outcome) {
  BOOST_TEST(!gnet::Timeout(1ms, gnet::silent).run([] {
    static_cast<void>(Outcome<void>::of([] { gnet::sleep(1h); }));
  }));
}

BOOST_AUTO_TEST_CASE(map_outcomes_makes_every_call_and_keeps_the_order) {
  gnet::Pool pool(2);
  int calls = 0;
  auto outcomes = pool.map_outcomes(std::vector{1, 2, 3, 4}, [&](int number) {
    ++calls;
    gnet::sleep(1ms * (5 - number));
    if (number % 2 == 1) throw std::runtime_error("odd " + std::to_string(number));
    return std::to_string(number);
  });
  BOOST_TEST(calls == 4);
  BOOST_REQUIRE(outcomes.size() == 4U);
  BOOST_TEST(gnet::describe(outcomes[0].error()) == "odd 1");
  BOOST_TEST(*outcomes[1] == "2");
  BOOST_TEST(gnet::describe(outcomes[2].error()) == "odd 3");
  BOOST_TEST(outcomes[3].get() == "4");

  auto nothing = gnet::Group().map_outcomes(std::vector{1}, [](int) {});
  BOOST_TEST(static_cast<bool>(nothing.front()));
}

BOOST_AUTO_TEST_SUITE_END()
