#include "commands/ping_tally.h"

#include <netdb.h>

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "gnet/http/client_error.h"
#include "gnet/io/resolver.h"

BOOST_AUTO_TEST_SUITE(ping_tally)

using namespace std::chrono_literals;
using commands::name_trouble;
using commands::PingTally;

namespace {

std::exception_ptr nobody_is_called_so(int code) {
  return std::make_exception_ptr(gnet::ResolveError({code, gnet::resolve_category()}, "a.test"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(answers_and_losses_are_counted) {
  PingTally tally("a");
  BOOST_TEST(tally.loss() == 0);
  tally.answered({.time = 3ms});
  tally.lost(nullptr);
  tally.lost(std::make_exception_ptr(std::runtime_error("refused")));
  tally.answered({.time = 5ms});
  BOOST_TEST(tally.sent() == 4U);
  BOOST_TEST(tally.received() == 2U);
  BOOST_TEST(tally.lost() == 2U);
  BOOST_TEST(tally.loss() == 0.5);
  BOOST_TEST((tally.times().min() == 3ms));
  BOOST_TEST((tally.times().max() == 5ms));
}

BOOST_AUTO_TEST_CASE(jitter_is_the_mean_difference_between_neighbours) {
  PingTally tally("a");
  BOOST_TEST((tally.jitter() == 0ms));
  tally.answered({.time = 5ms});
  BOOST_TEST((tally.jitter() == 0ms));
  tally.answered({.time = 3ms});  // 2
  tally.lost(nullptr);
  tally.answered({.time = 9ms});  // 6
  BOOST_TEST((tally.jitter() == 4ms));
}

BOOST_AUTO_TEST_CASE(phases_are_in_the_order_in_which_they_happen) {
  PingTally tally("a");
  tally.answered({.time = 1ms, .phases = {{"answer", 1ms}}});
  tally.answered({.time = 1ms, .phases = {{"connect", 2ms}, {"upgrade", 3ms}, {"answer", 1ms}}});
  tally.answered({.time = 1ms, .phases = {{"resolve", 7ms}, {"tls", 9ms}}});
  std::string order;
  for (const auto& [name, times] : tally.phases()) {
    order += name + "=" + std::to_string(times->count()) + " ";
  }
  BOOST_TEST(order == "resolve=1 connect=1 tls=1 upgrade=1 answer=2 ");
}

BOOST_AUTO_TEST_CASE(a_name_may_have_no_address_now_or_never) {
  BOOST_TEST(!name_trouble(nullptr).any);
  BOOST_TEST(!name_trouble(std::make_exception_ptr(std::runtime_error("x"))).any);
  BOOST_TEST(name_trouble(nobody_is_called_so(EAI_NONAME)).for_ever);
  BOOST_TEST(name_trouble(nobody_is_called_so(EAI_AGAIN)).any);
  BOOST_TEST(!name_trouble(nobody_is_called_so(EAI_AGAIN)).for_ever);
  const auto of_http = [](gnet::http::ClientFailure failure, int code) {
    return name_trouble(std::make_exception_ptr(gnet::http::ClientError(
        failure, {code, gnet::resolve_category()}, "http://a.test/", "no such name")));
  };
  BOOST_TEST(of_http(gnet::http::ClientFailure::resolve, EAI_NONAME).for_ever);
  BOOST_TEST(!of_http(gnet::http::ClientFailure::resolve, EAI_AGAIN).for_ever);
  BOOST_TEST(!of_http(gnet::http::ClientFailure::connect, EAI_NONAME).any);
}

BOOST_AUTO_TEST_CASE(only_who_was_never_found_has_no_address) {
  PingTally tally("a");
  BOOST_TEST(!tally.has_no_address());
  tally.lost(nobody_is_called_so(EAI_AGAIN));
  BOOST_TEST(tally.has_no_address());
  tally.lost(nullptr);
  BOOST_TEST(!tally.has_no_address());
}

BOOST_AUTO_TEST_SUITE_END()
