#include "gnet/http/patience.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>

#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(patience)

using namespace std::chrono_literals;
using gnet::Deadline;
using gnet::http::detail::Patience;

namespace {

// How long the next move may take, which itself takes so long and moves so many bytes.
gnet::Duration allowed(Patience& patience, gnet::TimeSpan pause, std::size_t bytes = 0,
                       gnet::Duration takes = {}) {
  gnet::Duration result{};
  (void)patience.wait(pause, [&](Deadline deadline) {
    result = deadline.remaining();
    if (takes != gnet::Duration::zero()) gnet::sleep(takes);
    return bytes;
  });
  return result;
}

bool is_about(gnet::Duration is, gnet::Duration wanted) {
  return is <= wanted && is > wanted - 3s;
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_a_rate_only_pauses_are_bounded) {
  Patience any(0);
  BOOST_TEST(is_about(allowed(any, 30s, 1), 30s));
  BOOST_TEST(is_about(allowed(any, 30s, 1), 30s));
  BOOST_TEST((allowed(any, 0s) == gnet::Duration::max()));  // for ever
}

BOOST_AUTO_TEST_CASE(with_a_rate_it_grows_with_what_has_come) {
  Patience patience(100);
  patience.begin();
  BOOST_TEST(is_about(allowed(patience, 60s, 1000), 10s));
  BOOST_TEST(is_about(allowed(patience, 60s, 100'000), 20s));
  BOOST_TEST(is_about(allowed(patience, 60s), 60s));  // a pause is bounded all the same
  BOOST_TEST(is_about(allowed(patience, 0s), 1020s));
}

BOOST_AUTO_TEST_CASE(only_waiting_counts) {
  Patience patience(1);
  patience.begin();
  (void)allowed(patience, 60s, 0, 100ms);
  const gnet::Duration before = allowed(patience, 60s);
  BOOST_TEST((before <= 10s - 100ms));
  gnet::sleep(300ms);
  BOOST_TEST((allowed(patience, 60s) > before - 250ms));
}

BOOST_AUTO_TEST_CASE(the_next_message_begins_anew) {
  Patience patience(1);
  patience.begin();
  (void)allowed(patience, 60s, 20);
  BOOST_TEST(is_about(allowed(patience, 60s), 30s));
  patience.begin();
  BOOST_TEST(is_about(allowed(patience, 60s), 10s));
}

BOOST_AUTO_TEST_SUITE_END()
