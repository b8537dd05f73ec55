#include "gnet/fiber/context.h"

#include <boost/test/unit_test.hpp>
#include <cfenv>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(context)

namespace {

// Keeps values of every kind in registers over `between()`.
template <typename Between>
[[gnu::noinline]] long double add_up(int seed, Between between) {
  long double extended = seed;
  long double step = 1.5L;
  double plain = seed * 0.5;
  float vector[16];
  for (int i = 0; i < 16; ++i) vector[i] = static_cast<float>(seed + i);
  for (int i = 0; i < 200; ++i) {
    extended = extended * 1.0001L + step;
    plain += 0.25;
    for (float& element : vector) element += 1;
    between();
    step += 0.001L;
  }
  float sum = 0;
  for (float element : vector) sum += element;
  return extended + plain + sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(registers_of_every_kind_survive_a_switch) {
  std::vector<gnet::Fiber<long double>> fibers;
  for (int i = 0; i < 10; ++i) {
    fibers.push_back(gnet::spawn([i] { return add_up(i, [] { gnet::yield(); }); }));
  }
  for (int i = 0; i < 10; ++i) {
    const bool same = fibers[static_cast<std::size_t>(i)].get() == add_up(i, [] {});
    BOOST_TEST(same);
  }
}

BOOST_AUTO_TEST_CASE(each_fiber_has_its_own_rounding) {
  auto upward = gnet::spawn([] {
    std::fesetround(FE_UPWARD);
    for (int i = 0; i < 10; ++i) {
      gnet::yield();
      BOOST_TEST(std::fegetround() == FE_UPWARD);
    }
  });
  for (int i = 0; i < 10; ++i) {
    gnet::yield();
    BOOST_TEST(std::fegetround() == FE_TONEAREST);
  }
  upward.join();
}

BOOST_AUTO_TEST_SUITE_END()
