#include "gnet/proxy/destinations.h"

#include <boost/test/unit_test.hpp>

#include <asio/ip/address.hpp>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(destinations)

using gnet::proxy::Destinations;

namespace {

bool admits(const Destinations& rules, const char* address, bool local = false,
            std::uint16_t port = 80, const char* host = nullptr) {
  return rules.admits(host != nullptr ? host : address, asio::ip::make_address(address), port,
                      local);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_public_network_is_for_everybody) {
  const Destinations rules;
  for (const auto* address : {"192.0.2.1", "8.8.8.8", "2001:db8::1", "64:ff9b::808:808"}) {
    BOOST_TEST(admits(rules, address), address);
    BOOST_TEST(admits(rules, address, true), address);
  }
  BOOST_TEST(!admits(rules, "192.0.2.1", true, 0));
}

BOOST_AUTO_TEST_CASE(this_machine_and_its_networks_are_for_its_own_clients) {
  const Destinations rules;
  for (const auto* address :
       {"127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "100.64.0.1", "::1", "fd00:ec2::254", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
        "2002:7f00:1::1", "::7f00:1", "::ffff:0:127.0.0.1", "64:ff9b:1::a00:1",
        "2001:0:7f00:1::f7f7:f7f7", "2001:0:808:808::80ff:fffe", "2001:db8::5efe:7f00:1"}) {
    BOOST_TEST(!admits(rules, address), address);
    BOOST_TEST(admits(rules, address, true), address);
  }
}

BOOST_AUTO_TEST_CASE(addresses_of_nobody_are_for_nobody) {
  const Destinations rules;
  for (const auto* address :
       {"0.0.0.0", "0.1.2.3", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::", "fe80::1",
        "ff02::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
        "::a9fe:a9fe", "::ffff:0.0.0.0", "2001:0:a9fe:a9fe::"}) {
    BOOST_TEST(!admits(rules, address), address);
    BOOST_TEST(!admits(rules, address, true), address);
  }
}

BOOST_AUTO_TEST_CASE(an_allow_list_is_all_that_there_is) {
  Destinations rules;
  rules.allow("*.corp:443,10.1.0.0/16,[2001:db8::]/32:80-90");
  BOOST_TEST(rules.admits_name("db.CORP.", 443));
  BOOST_TEST(admits(rules, "192.0.2.1", false, 443, "db.corp"));
  BOOST_TEST(!admits(rules, "192.0.2.1", false, 80, "db.corp"));
  BOOST_TEST(!admits(rules, "192.0.2.1", false, 443, "db.corp.evil.test"));
  BOOST_TEST(!admits(rules, "192.0.2.1", false, 443));
  BOOST_TEST(admits(rules, "10.1.2.3"));
  BOOST_TEST(!admits(rules, "10.2.2.3"));
  BOOST_TEST(admits(rules, "2001:db8::1", false, 85));
  BOOST_TEST(!admits(rules, "2001:db8::1", false, 91));
}

BOOST_AUTO_TEST_CASE(who_is_named_may_be_on_a_private_network) {
  Destinations rules;
  rules.allow("*.corp");
  BOOST_TEST(admits(rules, "10.0.0.1", false, 80, "db.corp"));
  BOOST_TEST(!admits(rules, "169.254.169.254", false, 80, "db.corp"));
  Destinations all;
  all.allow("*:80");
  BOOST_TEST(!admits(all, "10.0.0.1", false, 80, "rebound.test"));
  BOOST_TEST(admits(all, "192.0.2.1", false, 80, "rebound.test"));
  Destinations wide;
  wide.allow("169.254.169.254");
  BOOST_TEST(admits(wide, "169.254.169.254"));
}

BOOST_AUTO_TEST_CASE(what_is_denied_is_denied_in_every_spelling) {
  Destinations rules;
  rules.deny("192.0.2.0/24,*.bad.test,203.0.113.1:25");
  for (const auto* address :
       {"192.0.2.1", "::ffff:192.0.2.1", "64:ff9b::c000:201", "2002:c000:201::", "::192.0.2.1"}) {
    BOOST_TEST(!admits(rules, address, true), address);
  }
  BOOST_TEST(!rules.admits_name("a.bad.test", 80));
  BOOST_TEST(rules.admits_name("bad.test", 80));
  BOOST_TEST(!admits(rules, "203.0.113.1", false, 25));
  BOOST_TEST(admits(rules, "203.0.113.1", false, 26));
}

BOOST_AUTO_TEST_CASE(a_list_that_is_none_is_refused) {
  for (const auto* list : {"", ",", "10.0.0.0/33", "a/8", "a:", "a:99999", "a:9-1", "[::1", "a:b",
                           "fd00::/129", ":80", "10.0.0.0/"}) {
    Destinations rules;
    BOOST_CHECK_THROW(rules.allow(list), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_CASE(of_a_port_that_is_not_known_there_has_to_be_one) {
  const auto some = [](const Destinations& rules, const char* address, bool local = false) {
    return rules.admits_some_port(address, asio::ip::make_address(address), local);
  };
  Destinations rules;
  BOOST_TEST(some(rules, "192.0.2.1"));
  BOOST_TEST(!some(rules, "169.254.169.254", true));
  BOOST_TEST(!some(rules, "0.0.0.0", true));
  BOOST_TEST(!some(rules, "10.0.0.1"));
  BOOST_TEST(some(rules, "10.0.0.1", true));
  rules.deny("192.0.2.1:22,192.0.2.2");
  BOOST_TEST(some(rules, "192.0.2.1"));
  BOOST_TEST(!some(rules, "192.0.2.2"));
  rules.allow("10.0.0.0/8:20");
  BOOST_TEST(some(rules, "10.0.0.1"));
  BOOST_TEST(!some(rules, "192.0.2.1"));
}

BOOST_AUTO_TEST_SUITE_END()
