#include "gnet/dns/resolv_conf.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <system_error>
#include <vector>

BOOST_AUTO_TEST_SUITE(resolv_conf)

using gnet::dns::ResolvConf;
using Names = std::vector<std::string>;

BOOST_AUTO_TEST_CASE(servers_domains_and_dots_are_read) {
  const auto conf = ResolvConf::parse(
      "# comment\n; another\nnameserver 192.0.2.1\n\tnameserver  2001:db8::1 # said more\n"
      "search corp.test  test\noptions rotate ndots:2\nsortlist x");
  BOOST_CHECK(conf.nameservers == (Names{"192.0.2.1", "2001:db8::1"}));
  BOOST_CHECK(conf.search == (Names{"corp.test", "test"}));
  BOOST_TEST(conf.ndots == 2U);
}

BOOST_AUTO_TEST_CASE(without_a_server_it_is_this_machine) {
  BOOST_CHECK(ResolvConf::parse("").nameservers == Names{"127.0.0.1"});
  BOOST_CHECK(ResolvConf::parse("nameserver\noptions ndots:\noptions").nameservers ==
              Names{"127.0.0.1"});
  BOOST_CHECK(ResolvConf::read("/nonexistent/resolv.conf").nameservers == Names{"127.0.0.1"});
  BOOST_CHECK_THROW(static_cast<void>(ResolvConf::read("/dev/null/x")), std::system_error);
}

BOOST_AUTO_TEST_CASE(there_are_bounds) {
  std::string many = "options ndots:99\nsearch";
  for (int i = 0; i < 100; ++i) many += " d" + std::to_string(i);
  for (int i = 0; i < 9; ++i) many += "\nnameserver 192.0.2." + std::to_string(i);
  const auto conf = ResolvConf::parse(many);
  BOOST_TEST(conf.nameservers.size() == 3U);
  BOOST_TEST(conf.search.size() == 32U);
  BOOST_TEST(conf.ndots == 15U);
}

BOOST_AUTO_TEST_CASE(the_last_of_domain_and_search_counts) {
  BOOST_CHECK(ResolvConf::parse("search a b\ndomain c").search == Names{"c"});
  BOOST_CHECK(ResolvConf::parse("domain c\nsearch a .").search == Names{"a"});
}

BOOST_AUTO_TEST_CASE(names_are_completed_as_their_dots_say) {
  auto conf = ResolvConf::parse("search a.test b.test");
  BOOST_CHECK(conf.candidates("www") == (Names{"www.a.test.", "www.b.test.", "www."}));
  BOOST_CHECK(conf.candidates("www.x") == (Names{"www.x.", "www.x.a.test.", "www.x.b.test."}));
  BOOST_CHECK(conf.candidates("www.") == Names{"www."});
  conf.search.clear();
  BOOST_CHECK(conf.candidates("www") == Names{"www."});
}

BOOST_AUTO_TEST_SUITE_END()
