#include "cli/client/redirect.h"

#include <boost/test/unit_test.hpp>

#include "cli/client/route.h"
#include "cli/line/value.h"
#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(redirect)

namespace {

std::string addresses(const std::vector<std::string>& pins, const char* host, std::uint16_t port) {
  std::vector<cli::PinnedHost> parsed;
  for (const std::string& pin : pins) parsed.push_back(cli::PinnedHost::parse(pin));
  std::string text;
  for (const auto& address : cli::pinned_addresses(parsed, host, port)) {
    text += (text.empty() ? "" : " ") + address.to_string();
  }
  return text;
}

// Where a client goes that wants to go to `target`.
std::string way(const char* target, const std::vector<std::string>& redirects,
                const std::vector<std::string>& pins = {}) {
  cli::ClientOptions options;
  for (const auto& text : redirects) options.connect_to.push_back(cli::Redirect::parse(text));
  for (const auto& text : pins) options.resolve.push_back(cli::PinnedHost::parse(text));
  const cli::Route route = cli::route_to(gnet::Endpoint::parse(target), options);
  std::string text = route.endpoint.to_string();
  for (const auto& address : route.options.addresses) text += " " + address.ip()->to_string();
  return text;
}

void refused(const std::string& text) {
  BOOST_CHECK_THROW(static_cast<void>(cli::Redirect::parse(text)), cli::BadValue);
}

void refused_pin(const std::string& text) {
  BOOST_CHECK_THROW(static_cast<void>(cli::PinnedHost::parse(text)), cli::BadValue);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_pin_is_for_one_host_and_one_port) {
  BOOST_TEST(addresses({"example.org:80:127.0.0.1"}, "example.org", 80) == "127.0.0.1");
  BOOST_TEST(addresses({"Example.ORG:80:127.0.0.1"}, "example.org", 80) == "127.0.0.1");
  BOOST_TEST(addresses({"example.org:80:127.0.0.1"}, "example.org", 81) == "");
  BOOST_TEST(addresses({"example.org:80:127.0.0.1"}, "example.com", 80) == "");
}

BOOST_AUTO_TEST_CASE(a_pin_may_have_several_addresses_of_both_families) {
  BOOST_TEST(addresses({"a:1:127.0.0.1,[::1],::2"}, "a", 1) == "127.0.0.1 ::1 ::2");
  BOOST_TEST(addresses({"[::1]:1:127.0.0.1"}, "::1", 1) == "127.0.0.1");
  BOOST_TEST(addresses({"[0:0::1]:1:127.0.0.1"}, "::1", 1) == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(the_last_pin_of_a_name_decides_and_any_host_comes_after_all_names) {
  BOOST_TEST(addresses({"a:1:10.0.0.1", "a:1:10.0.0.2"}, "a", 1) == "10.0.0.2");
  BOOST_TEST(addresses({"a:1:10.0.0.1", "*:1:10.0.0.2"}, "a", 1) == "10.0.0.1");
  BOOST_TEST(addresses({"a:1:10.0.0.1", "*:1:10.0.0.2"}, "b", 1) == "10.0.0.2");
  BOOST_TEST(addresses({"*:1:10.0.0.2"}, "b", 2) == "");
}

BOOST_AUTO_TEST_CASE(a_pin_can_be_taken_back_and_a_plus_is_as_good_as_none) {
  BOOST_TEST(addresses({"a:1:10.0.0.1", "-a:1"}, "a", 1) == "");
  BOOST_TEST(addresses({"-a:1", "a:1:10.0.0.1"}, "a", 1) == "10.0.0.1");
  BOOST_TEST(addresses({"+a:1:10.0.0.1"}, "a", 1) == "10.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_pin_that_is_none_is_refused) {
  for (const char* text : {"", "a", "a:1", "a:1:", ":1:127.0.0.1", "a:0:127.0.0.1", "a:x:127.0.0.1",
                           "a:1-2:127.0.0.1", "a:1:name", "a:1:127.0.0.1,", "[::1:1:127.0.0.1",
                           "[name]:1:127.0.0.1", "-a", "a:65536:127.0.0.1"}) {
    refused_pin(text);
  }
}

BOOST_AUTO_TEST_CASE(a_redirect_replaces_host_and_port) {
  BOOST_TEST(way("a:80", {"a:80:b:8080"}) == "tcp://b:8080");
  BOOST_TEST(way("A:80", {"a:80:B:8080"}) == "tcp://b:8080");
  BOOST_TEST(way("a:81", {"a:80:b:8080"}) == "tcp://a:81");
  BOOST_TEST(way("b:80", {"a:80:b:8080"}) == "tcp://b:80");
  BOOST_TEST(way("udp://a:80", {"a:80:b:8080"}) == "udp://b:8080");
}

BOOST_AUTO_TEST_CASE(empty_parts_of_a_redirect_are_any_and_the_same) {
  BOOST_TEST(way("a:80", {"::b:8080"}) == "tcp://b:8080");
  BOOST_TEST(way("a:80", {":80:b:"}) == "tcp://b:80");
  BOOST_TEST(way("a:80", {"a:::8080"}) == "tcp://a:8080");
  BOOST_TEST(way("a:80", {":::"}) == "tcp://a:80");
  BOOST_TEST(way("a:80", {"::b"}) == "tcp://b:80");
}

BOOST_AUTO_TEST_CASE(a_redirect_takes_ipv6_addresses_in_brackets) {
  BOOST_TEST(way("[::1]:80", {"[::1]:80:[::2]:81"}) == "tcp://[::2]:81");
  BOOST_TEST(way("a:80", {"::[::2]:"}) == "tcp://[::2]:80");
}

BOOST_AUTO_TEST_CASE(the_first_redirect_that_matches_decides_and_is_not_followed_further) {
  BOOST_TEST(way("a:80", {"x::y:", "a::b:", "a::c:"}) == "tcp://b:80");
  BOOST_TEST(way("a:80", {"a::b:", "b::c:"}) == "tcp://b:80");
}

BOOST_AUTO_TEST_CASE(pins_are_looked_up_for_where_a_redirect_leads) {
  BOOST_TEST(way("a:80", {"a:80:b:81"}, {"b:81:10.0.0.1"}) == "tcp://b:81 10.0.0.1");
  BOOST_TEST(way("a:80", {"a:80:b:81"}, {"a:80:10.0.0.1"}) == "tcp://b:81");
}

BOOST_AUTO_TEST_CASE(a_redirect_that_is_none_is_refused) {
  for (const char* text : {"", "a", "a:80", "a:x:b:80", "a:0:b:80", "a:80:b:x", "a:80:[::1:80",
                           "a:80:b:80:90", "[name]:80:b:80"}) {
    refused(text);
  }
}

BOOST_AUTO_TEST_CASE(both_are_shown_as_they_are_written) {
  for (const char* text : {"a:80:b:81", ":::", "[::1]::[::2]:", "a:80::"}) {
    BOOST_TEST(cli::show(cli::Redirect::parse(text)) == text);
  }
  for (const char* text : {"a:80:127.0.0.1,[::1]", "*:80:127.0.0.1", "-a:80"}) {
    BOOST_TEST(cli::show(cli::PinnedHost::parse(text)) == text);
  }
}

BOOST_AUTO_TEST_CASE(a_route_has_only_addresses_of_the_family_that_is_wanted) {
  cli::ClientOptions options;
  options.resolve = {cli::PinnedHost::parse("a:1:127.0.0.1,::1")};
  options.only_v6 = true;
  const auto route = cli::route_to(gnet::Endpoint::parse("a:1"), options);
  BOOST_REQUIRE(route.options.addresses.size() == 1);
  BOOST_TEST(route.options.addresses.front().ip()->is_v6());
  BOOST_TEST((route.endpoint.family() == gnet::Family::v6));
  options.resolve = {cli::PinnedHost::parse("a:1:127.0.0.1")};
  BOOST_CHECK_THROW(static_cast<void>(cli::route_to(gnet::Endpoint::parse("a:1"), options)),
                    cli::Failure);
}

BOOST_AUTO_TEST_CASE(all_but_host_and_port_stays_as_it_was) {
  cli::ClientOptions options;
  options.connect_to = {cli::Redirect::parse("a:1:b:2")};
  const auto led = [&](const char* target) {
    return cli::route_to(gnet::Endpoint::parse(target), options).endpoint.url();
  };
  BOOST_TEST(led("tls4://a:1?cacert=ca.pem&sni=x") == "tls4://b:2?cacert=ca.pem&sni=x");
  BOOST_TEST(led("udp://a:1") == "udp://b:2");
  options.connect_to = {cli::Redirect::parse("a:1:[::1]:")};
  BOOST_TEST(led("tls://a:1?cert=c.pem") == "tls://[::1]:1?cert=c.pem");
  BOOST_CHECK_THROW(static_cast<void>(led("tcp4://a:1")), gnet::BadEndpoint);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_goes_before_everything) {
  cli::ClientOptions options;
  options.unix_path = {"/run/x"};
  options.connect_to = {cli::Redirect::parse("::b:")};
  const auto route = cli::route_to(gnet::Endpoint::parse("a:1"), options);
  BOOST_TEST(route.endpoint.to_string() == "unix:///run/x");
}

BOOST_AUTO_TEST_SUITE_END()
