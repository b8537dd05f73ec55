#include "gnet/http/form.h"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(form)

using gnet::http::append_form_field;
using gnet::http::form_value;
using gnet::http::FormReader;

namespace {

// "name=value|name=value"
std::string read(std::string_view text) {
  std::string out;
  for (FormReader form(text); form.next();) {
    out += out.empty() ? "" : "|";
    out += form.name() + '=' + form.value();
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(fields_are_decoded_once) {
  BOOST_TEST(read("name=Ada+L.&city=K%C3%B6ln") == "name=Ada L.|city=K\xc3\xb6ln");
  BOOST_TEST(read("a%2541=%252B&b=%2B%26%3D") == "a%41=%2B|b=+&=");
  BOOST_TEST(read("a=b=c") == "a=b=c");
}

BOOST_AUTO_TEST_CASE(nothing_is_malformed) {
  BOOST_TEST(read("").empty());
  BOOST_TEST(read("&&").empty());
  BOOST_TEST(read("a") == "a=");
  BOOST_TEST(read("&a&=b&c=&") == "a=|=b|c=");
  BOOST_TEST(read("a=%&b=%4&c=%zz") == "a=%|b=%4|c=%zz");
  BOOST_TEST(read("a;b=c") == "a;b=c");
  BOOST_TEST(form_value("a=%00", "a").value() == std::string(1, '\0'));
}

BOOST_AUTO_TEST_CASE(the_first_field_of_a_name_counts) {
  BOOST_TEST(form_value("a=1&b=2&a=3", "a").value() == "1");
  BOOST_TEST(form_value("a", "a").value().empty());
  BOOST_TEST(!form_value("a=1", "A").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_as_the_same) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  std::string text;
  append_form_field(text, all, "Ada L.");
  append_form_field(text, "", all);
  BOOST_TEST(read(text) == all + "=Ada L.|=" + all);
}

BOOST_AUTO_TEST_CASE(fields_are_encoded_as_browsers_do) {
  std::string text;
  append_form_field(text, "a b", "*-._~!'()&=+%\r\n\xc3\xb6");
  BOOST_TEST(text == "a+b=*-._%7E%21%27%28%29%26%3D%2B%25%0D%0A%C3%B6");
}

BOOST_AUTO_TEST_SUITE_END()
