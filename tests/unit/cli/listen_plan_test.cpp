#include "cli/server/listen_plan.h"

#include <boost/test/unit_test.hpp>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(listen_plan)

namespace {

// "tcp://127.0.0.1:0 tcp://[::1]:0 | unix:///x": the groups of a plan.
std::string plan_of(const cli::ServerOptions& options) {
  std::string text;
  for (const cli::ListenGroup& group : cli::plan_listening(options)) {
    if (!text.empty()) text += " |";
    for (const gnet::Endpoint& address : group.addresses) {
      BOOST_TEST(address.is_listen());
      text += (text.empty() ? "" : " ") + address.to_string();
    }
  }
  return text;
}

cli::ServerOptions with_fallback() {
  cli::ServerOptions options;
  options.ports.fallback = 6011;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(by_default_it_is_the_commands_port_on_the_loopback) {
  BOOST_TEST(plan_of(with_fallback()) == "tcp://127.0.0.1:6011 tcp://[::1]:6011");
}

BOOST_AUTO_TEST_CASE(an_endpoint_replaces_the_default) {
  cli::ServerOptions options = with_fallback();
  options.endpoints.push_back(gnet::Endpoint::parse(":7"));
  BOOST_TEST(plan_of(options) == "tcp://127.0.0.1:7");
}

BOOST_AUTO_TEST_CASE(udp_shares_the_port_of_tcp) {
  cli::ServerOptions options = with_fallback();
  options.udp = true;
  options.only_v4 = true;
  BOOST_TEST(plan_of(options) == "tcp://127.0.0.1:6011 udp://127.0.0.1:6011");
}

BOOST_AUTO_TEST_CASE(udp_joins_the_endpoints_that_are_tcp) {
  cli::ServerOptions options;
  options.udp = true;
  options.endpoints = {gnet::Endpoint::parse(":7"), gnet::Endpoint::parse("/run/x")};
  BOOST_TEST(plan_of(options) == "tcp://127.0.0.1:7 udp://127.0.0.1:7 | unix:///run/x");
}

BOOST_AUTO_TEST_CASE(everything_named_is_listened_at_in_order) {
  cli::ServerOptions options = with_fallback();
  options.endpoints.push_back(gnet::Endpoint::parse("udp-l://:5"));
  options.ports.ranges = {{7000, 7010}, {0, 0}};
  options.unix_paths = {{"@x"}};
  options.only_v6 = true;
  BOOST_TEST(plan_of(options) ==
             "udp6://[::1]:5 | tcp://[::1]:7000 | tcp://[::1]:0 | abstract://x");
  BOOST_TEST(cli::plan_listening(options)[1].ports.high == 7010);
}

BOOST_AUTO_TEST_CASE(public_is_all_interfaces) {
  cli::ServerOptions options = with_fallback();
  options.everywhere = true;
  BOOST_TEST(plan_of(options) == "tcp://*:6011");
  options.only_v4 = true;
  BOOST_TEST(plan_of(options) == "tcp://0.0.0.0:6011");
}

// tcp6 is what makes a socket refuse IPv4.
BOOST_AUTO_TEST_CASE(ipv6_only_is_said_of_what_would_take_both) {
  cli::ServerOptions options = with_fallback();
  options.only_v6 = true;
  options.everywhere = true;
  BOOST_TEST(plan_of(options) == "tcp6://[::]:6011");
  options.udp = true;
  BOOST_TEST(plan_of(options) == "tcp6://[::]:6011 udp6://[::]:6011");
  options.everywhere = false;
  options.bind = {"::", "localhost"};
  BOOST_TEST(plan_of(options) ==
             "tcp6://[::]:6011 tcp6://localhost:6011 udp6://[::]:6011 udp6://localhost:6011");
}

BOOST_AUTO_TEST_CASE(a_family_may_be_missing_only_if_nobody_named_it) {
  cli::ServerOptions options = with_fallback();
  BOOST_TEST(cli::plan_listening(options).front().any_family);
  options.bind = {"127.0.0.1", "::1"};
  BOOST_TEST(!cli::plan_listening(options).front().any_family);
}

BOOST_AUTO_TEST_CASE(a_family_goes_with_the_endpoints_that_may_have_it) {
  cli::ServerOptions options;
  options.only_v6 = true;
  options.udp = true;
  options.endpoints = {gnet::Endpoint::parse("tcp-l://:7?backlog=3"),
                       gnet::Endpoint::parse("localhost:8"), gnet::Endpoint::parse("/run/x")};
  BOOST_TEST(plan_of(options) ==
             "tcp6://[::1]:7 udp6://[::1]:7 | tcp6://localhost:8 udp6://localhost:8 | "
             "unix:///run/x");
  BOOST_TEST(cli::plan_listening(options).front().addresses.front().backlog().value() == 3);
  options.endpoints = {gnet::Endpoint::parse("tcp4://:7")};
  BOOST_CHECK_THROW(cli::check(options), cli::UsageError);
  options.endpoints = {gnet::Endpoint::parse("10.0.0.1:7")};
  BOOST_CHECK_THROW(cli::check(options), cli::UsageError);
}

BOOST_AUTO_TEST_CASE(what_is_given_twice_is_refused) {
  const auto problem = [](const cli::ServerOptions& options) -> std::string {
    try {
      static_cast<void>(cli::plan_listening(options));
    } catch (const cli::UsageError& error) {
      return error.what();
    }
    return {};
  };
  cli::ServerOptions options;
  options.endpoints = {gnet::Endpoint::parse(":7"), gnet::Endpoint::parse("tcp-l://:7?backlog=1")};
  BOOST_TEST(problem(options) == "tcp://127.0.0.1:7 is given twice");
  options.endpoints = {gnet::Endpoint::parse(":7"), gnet::Endpoint::parse("udp-l://:7")};
  BOOST_TEST(problem(options) == "");
  options.udp = true;
  BOOST_TEST(problem(options) == "udp://127.0.0.1:7 is given twice");
  options = {};
  options.ports.ranges = {{0, 0}, {0, 0}, {7000, 7010}, {7000, 7010}};
  BOOST_TEST(problem(options) == "");
  options.unix_paths = {{"/run/x"}, {"/run/x"}};
  BOOST_TEST(problem(options) == "unix:///run/x is given twice");
}

BOOST_AUTO_TEST_SUITE_END()
