#include "cli/server/access.h"

#include <asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

#include "cli/line/value.h"

BOOST_AUTO_TEST_SUITE(access_rules)

namespace {

bool admitted(const std::vector<std::string>& rules, const char* address) {
  std::vector<cli::AccessRule> parsed;
  for (const std::string& rule : rules) parsed.push_back(cli::AccessRule::parse(rule));
  return cli::admits(parsed, gnet::SocketAddress(asio::ip::make_address(address), 80));
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_rules_everybody_is_in) {
  BOOST_TEST(admitted({}, "192.0.2.1"));
  BOOST_TEST(admitted({}, "2001:db8::1"));
}

BOOST_AUTO_TEST_CASE(the_first_match_decides) {
  const std::vector<std::string> rules{"allow 10.0.0.5", "deny 10.0.0.0/8"};
  BOOST_TEST(admitted({"deny 10.0.0.0/8"}, "192.0.2.1"));
  BOOST_TEST(admitted(rules, "10.0.0.5"));
  BOOST_TEST(!admitted(rules, "10.0.0.6"));
}

BOOST_AUTO_TEST_CASE(who_allows_by_name_allows_nobody_else) {
  BOOST_TEST(admitted({"allow 127.0.0.0/8"}, "127.1.2.3"));
  BOOST_TEST(!admitted({"allow 127.0.0.0/8"}, "192.0.2.1"));
  BOOST_TEST(!admitted({"allow 127.0.0.0/8"}, "::1"));
}

BOOST_AUTO_TEST_CASE(prefixes_need_not_end_at_a_byte) {
  BOOST_TEST(admitted({"allow 10.0.0.128/25"}, "10.0.0.129"));
  BOOST_TEST(!admitted({"allow 10.0.0.128/25"}, "10.0.0.127"));
  BOOST_TEST(admitted({"allow 0.0.0.0/0"}, "203.0.113.9"));
  BOOST_TEST(admitted({"allow 2001:db8::/33"}, "2001:db8:7fff::1"));
  BOOST_TEST(!admitted({"allow 2001:db8::/33"}, "2001:db8:8000::1"));
}

BOOST_AUTO_TEST_CASE(ipv4_inside_ipv6_is_ipv4) {
  BOOST_TEST(!admitted({"deny 127.0.0.0/8"}, "::ffff:127.0.0.1"));
  for (const char* rule : {"deny ::ffff:127.0.0.1", "deny ::ffff:127.0.0.0/104"}) {
    BOOST_TEST(!admitted({rule}, "127.0.0.1"));
    BOOST_TEST(!admitted({rule}, "::ffff:127.0.0.1"));
    BOOST_TEST(admitted({rule}, "10.0.0.1"));
  }
  BOOST_TEST(cli::AccessRule::parse("deny ::ffff:10.0.0.0/104").to_string() == "deny 10.0.0.0/8");
}

BOOST_AUTO_TEST_CASE(an_address_of_one_interface_is_of_no_other) {
  const auto rule = cli::AccessRule::parse("deny fe80::1%lo");
  BOOST_TEST(rule.matches(asio::ip::make_address("fe80::1%lo")));
  BOOST_TEST(!rule.matches(asio::ip::make_address("fe80::1")));
  BOOST_TEST(cli::AccessRule::parse("deny fe80::1").matches(asio::ip::make_address("fe80::1%lo")));
}

BOOST_AUTO_TEST_CASE(what_no_peer_can_match_is_refused) {
  for (const char* rule : {"deny 0.0.0.0", "allow ::", "deny 224.0.0.0/4", "deny ff02::1",
                           "deny 255.255.255.255", "deny fe80::1%nosuch", "deny ::ffff:0:0/90"}) {
    BOOST_CHECK_THROW((void)cli::AccessRule::parse(rule), cli::BadValue);
  }
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused) {
  for (const char* rule :
       {"allow ", "allow 10.0.0.0/33", "deny x", "deny 10.0.0.0/", "deny ::/x"}) {
    BOOST_CHECK_THROW((void)cli::AccessRule::parse(rule), cli::BadValue);
  }
}

BOOST_AUTO_TEST_SUITE_END()
