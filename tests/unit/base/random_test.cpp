#include "gnet/base/random.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <thread>

// The suite has the name of a function of libc.
namespace tests {

BOOST_AUTO_TEST_SUITE(random)

BOOST_AUTO_TEST_CASE(a_share_is_from_zero_to_one_and_evenly_so) {
  constexpr int kDrawn = 100'000;
  double sum = 0;
  for (int i = 0; i < kDrawn; ++i) {
    const double share = gnet::random_share();
    BOOST_REQUIRE(share >= 0);
    BOOST_REQUIRE(share < 1);
    sum += share;
  }
  // Ten times the standard deviation of the mean.
  BOOST_TEST(sum / kDrawn > 0.49);
  BOOST_TEST(sum / kDrawn < 0.51);
}

BOOST_AUTO_TEST_CASE(all_bits_vary_and_no_number_comes_twice) {
  std::uint64_t set = 0;
  std::uint64_t clear = 0;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t bits = gnet::random_bits();
    set |= bits;
    clear |= ~bits;
    seen.insert(bits);
  }
  BOOST_TEST(set == ~std::uint64_t{0});
  BOOST_TEST(clear == ~std::uint64_t{0});
  BOOST_TEST(seen.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(threads_do_not_have_the_same_numbers) {
  const std::uint64_t here = gnet::random_bits();
  std::uint64_t there = here;
  std::thread([&] { there = gnet::random_bits(); }).join();
  BOOST_TEST(here != there);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
