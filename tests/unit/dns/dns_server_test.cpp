#include "gnet/dns/server.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(dns_server)

using gnet::dns::Server;

namespace {

std::string read(std::string_view text) {
  return Server::parse(text).to_string();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_server_is_an_address_or_a_url) {
  BOOST_TEST(read("192.0.2.1") == "udp://192.0.2.1:53");
  BOOST_TEST(read("192.0.2.1:5353") == "udp://192.0.2.1:5353");
  BOOST_TEST(read("2001:db8::1") == "udp://[2001:db8::1]:53");
  BOOST_TEST(read("[2001:db8::1]") == "udp://[2001:db8::1]:53");
  BOOST_TEST(read("[::1]:5353") == "udp://[::1]:5353");
  BOOST_TEST(read("dns.test") == "udp://dns.test:53");
  BOOST_TEST(read("tcp://192.0.2.1") == "tcp://192.0.2.1:53");
  BOOST_TEST(read("tls://dns.test") == "tls://dns.test:853");
  BOOST_TEST(Server::parse("tls://dns.test?sni=a.test").endpoint().server_name() == "a.test");
  BOOST_TEST(read("https://dns.test/dns-query") == "https://dns.test/dns-query");
  BOOST_TEST(read("https://dns.test/q{?dns}") == "https://dns.test/q");
  BOOST_TEST(read("HTTPS://dns.test") == "https://dns.test/dns-query");
  BOOST_TEST(read("unix:///run/x.sock") == "unix:///run/x.sock");
  BOOST_TEST(Server::parse("192.0.2.1", "tls").to_string() == "tls://192.0.2.1:853");
}

BOOST_AUTO_TEST_CASE(what_is_too_large_for_udp_comes_over_tcp) {
  BOOST_TEST(Server::parse("192.0.2.1:5").over_tcp().to_string() == "tcp://192.0.2.1:5");
  BOOST_TEST(Server::parse("udp6://[::1]:5").over_tcp().endpoint().port() == 5);
  BOOST_TEST(Server::parse("tls://a.test").over_tcp().to_string() == "tls://a.test:853");
}

BOOST_AUTO_TEST_CASE(what_is_no_server_is_refused) {
  for (const char* bad :
       {"", "udp://", "192.0.2.1:99999", "ws://a.test", "exec:cat", "tcp-l://:53", "a b",
        "https://", "nosuch://a.test", "192.0.2.1:0", "socks5://a.test:1080/b.test:53"}) {
    BOOST_CHECK_THROW(static_cast<void>(Server::parse(bad)), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_SUITE_END()
