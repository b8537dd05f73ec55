#include "gnet/dns/names.h"

#include <asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(dns_names)

using namespace gnet::dns;

BOOST_AUTO_TEST_CASE(types_are_known_by_name_and_by_number) {
  BOOST_TEST(type_of("MX").value() == 15);
  BOOST_TEST(type_of("https").value() == 65);
  BOOST_TEST(type_of("TYPE65280").value() == 65280);
  BOOST_TEST(type_of("type1").value() == 1);
  for (const char* bad : {"", "example", "TYPE", "TYPE0", "TYPE65536", "TYPE1x", "TYPE 1", "OPT",
                          "TYPE41", "TYPE000001"}) {
    BOOST_TEST(!type_of(bad).has_value(), bad);
  }
  BOOST_TEST(!type_of(std::string_view("A\0", 2)).has_value());
  BOOST_TEST(type_name(28) == "AAAA");
  BOOST_TEST(type_name(65280) == "TYPE65280");
}

BOOST_AUTO_TEST_CASE(classes_are_known_by_name_and_by_number) {
  BOOST_TEST(class_of("ch").value() == 3);
  BOOST_TEST(class_of("CLASS7").value() == 7);
  for (const char* bad : {"", "XX", "CLASS", "CLASS0", "CLASS65536"}) {
    BOOST_TEST(!class_of(bad).has_value(), bad);
  }
  BOOST_TEST(class_name(1) == "IN");
  BOOST_TEST(class_name(7) == "CLASS7");
}

BOOST_AUTO_TEST_CASE(statuses_and_errors_have_names) {
  BOOST_TEST(rcode_name(0) == "NOERROR");
  BOOST_TEST(rcode_name(5) == "REFUSED");
  BOOST_TEST(rcode_name(10) == "NOTZONE");
  BOOST_TEST(rcode_name(23) == "BADCOOKIE");
  BOOST_TEST(rcode_name(4000) == "RCODE4000");
  BOOST_TEST(extended_error_name(6) == "DNSSEC bogus");
  BOOST_TEST(extended_error_name(31) == "");
}

BOOST_AUTO_TEST_CASE(an_address_has_a_name_of_its_own) {
  BOOST_TEST(reverse_name(asio::ip::make_address("192.0.2.1")) == "1.2.0.192.in-addr.arpa.");
  BOOST_TEST(reverse_name(asio::ip::make_address("2001:db8::1")) ==
             "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
}

BOOST_AUTO_TEST_SUITE_END()
