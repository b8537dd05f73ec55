#include "gnet/link/delay_line.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(delay_line)

using namespace std::chrono_literals;
using gnet::Clock;
using gnet::link::DelayLine;
using gnet::link::Parcel;
using gnet::link::Unit;

namespace {

Parcel parcel(std::string data) {
  return {Unit::bytes, std::move(data)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_goes_in_comes_out_in_order_and_not_before_its_time) {
  DelayLine line({.delay = 20ms, .jitter = 10ms});
  const auto start = Clock::now();
  for (int i = 0; i < 50; ++i) line.put(parcel(std::to_string(i)));
  line.close();
  for (int i = 0; i < 50; ++i) BOOST_TEST(line.get()->data == std::to_string(i));
  BOOST_TEST((Clock::now() - start >= 10ms));
  BOOST_TEST(!line.get().has_value());
}

BOOST_AUTO_TEST_CASE(the_end_takes_as_long_as_what_goes_before_it) {
  DelayLine line({.delay = 20ms});
  const auto start = Clock::now();
  auto closing = gnet::spawn([&] { line.close(); });
  BOOST_TEST(!line.get().has_value());
  BOOST_TEST((Clock::now() - start >= 20ms));
  closing.get();
}

BOOST_AUTO_TEST_CASE(the_bandwidth_spreads_parcels_over_time) {
  DelayLine line({.bandwidth = 100'000});
  const auto start = Clock::now();
  for (int i = 0; i < 4; ++i) line.put(parcel(std::string(1000, 'x')));  // 10 ms each
  line.close();
  while (line.get()) {
  }
  BOOST_TEST((Clock::now() - start >= 40ms));
}

BOOST_AUTO_TEST_CASE(a_share_of_what_goes_in_is_lost_and_counted) {
  DelayLine line({.loss = 0.5});
  for (int i = 0; i < 1000; ++i) line.put(parcel("x"));
  line.close();
  std::uint64_t arrived = 0;
  while (line.get()) ++arrived;
  BOOST_TEST(arrived + line.lost() == 1000U);
  BOOST_TEST(line.lost() > 300U);
  BOOST_TEST(line.lost() < 700U);
}

BOOST_AUTO_TEST_CASE(who_puts_in_waits_while_too_much_is_on_its_way) {
  DelayLine line({.delay = 5ms});
  line.put(parcel(std::string(DelayLine::kMostOnTheWay, 'x')));
  bool went_in = false;
  auto second = gnet::spawn([&] {
    line.put(parcel("second"));
    went_in = true;
  });
  gnet::yield();
  BOOST_TEST(!went_in);
  BOOST_TEST(line.get()->data.size() == DelayLine::kMostOnTheWay);
  BOOST_TEST(line.get()->data == "second");
  second.get();
}

BOOST_AUTO_TEST_SUITE_END()
