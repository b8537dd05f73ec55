#include "gnet/http/headers.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(headers)

using gnet::http::FieldName;
using gnet::http::FieldTable;
using gnet::http::Headers;
using namespace std::string_literals;

namespace {

// "Name=value;" for each.
std::string told(const Headers& headers) {
  std::string text;
  for (const auto& field : headers) text.append(field.name).append("=").append(field.value) += ';';
  return text;
}

std::string refusal(std::string_view name, std::string_view value) {
  Headers headers{{"A", "1"}};
  try {
    headers.add(name, value);
  } catch (const std::invalid_argument& error) {
    BOOST_TEST(told(headers) == "A=1;");
    BOOST_CHECK_THROW(headers.set(name, value), std::invalid_argument);
    BOOST_CHECK_THROW((Headers{{name, value}}), std::invalid_argument);
    BOOST_TEST(told(headers) == "A=1;");
    return error.what();
  }
  return "none";
}

}  // namespace

BOOST_AUTO_TEST_CASE(fields_stay_in_the_order_in_which_they_were_added) {
  Headers headers{{"B", "1"}, {"a", "2"}};
  headers.add("B", "3");
  BOOST_TEST(told(headers) == "B=1;a=2;B=3;");
  BOOST_TEST(headers.size() == 3U);
  BOOST_TEST(headers.text() == "B: 1\r\na: 2\r\nB: 3\r\n");
  BOOST_TEST(Headers().empty());
  BOOST_TEST(Headers().text() == "");
}

BOOST_AUTO_TEST_CASE(names_have_no_case) {
  const Headers headers{{"Content-Type", "text/html"}, {"X-Own", "1"}, {"x-own", "2"}};
  BOOST_TEST(headers.get("CONTENT-type").value() == "text/html");
  BOOST_TEST(headers.get(FieldName::content_type).value() == "text/html");
  BOOST_TEST(headers.get("X-OWN").value() == "1");
  BOOST_TEST(headers.has("x-Own"));
  BOOST_TEST(headers.has(FieldName::content_type));
  BOOST_TEST(!headers.has(FieldName::host));
  BOOST_TEST(!headers.get("X-Ow").has_value());
  BOOST_TEST(!headers.get("").has_value());
  BOOST_TEST(!headers.get(FieldName::other).has_value());
}

BOOST_AUTO_TEST_CASE(several_of_a_name_are_given_all_or_as_a_list) {
  const Headers headers{{"Via", "a"},    {"Cookie", "x=1"}, {"X-Own", "1"},
                        {"via", "b, c"}, {"Cookie", "y=2"}, {"x-own", "2"}};
  const std::vector<std::string_view> via = {"a", "b, c"};
  BOOST_TEST(headers.get_all("VIA") == via, boost::test_tools::per_element());
  BOOST_TEST(headers.get_all("none").empty());
  BOOST_TEST(headers.joined("via") == "a, b, c");
  BOOST_TEST(headers.joined("cookie") == "x=1; y=2");
  BOOST_TEST(headers.joined("X-OWN") == "1, 2");
  BOOST_TEST(headers.joined("none") == "");
}

BOOST_AUTO_TEST_CASE(set_takes_the_place_of_all_of_the_name) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"C", "3"}, {"b", "4"}, {"D", "5"}, {"B", "6"}};
  headers.set("b", "much longer than before");
  BOOST_TEST(told(headers) == "A=1;b=much longer than before;C=3;D=5;");
  headers.set("B", "");
  BOOST_TEST(told(headers) == "A=1;B=;C=3;D=5;");
  headers.set("E", "7");
  BOOST_TEST(told(headers) == "A=1;B=;C=3;D=5;E=7;");
  BOOST_TEST(headers.text() == "A: 1\r\nB: \r\nC: 3\r\nD: 5\r\nE: 7\r\n");
}

BOOST_AUTO_TEST_CASE(erase_tells_how_many_there_were) {
  Headers headers{{"A", "1"}, {"Via", "2"}, {"a", "3"}, {"C", "4"}, {"A", "5"}};
  BOOST_TEST(headers.erase("a") == 3U);
  BOOST_TEST(told(headers) == "Via=2;C=4;");
  BOOST_TEST(headers.erase("a") == 0U);
  BOOST_TEST(headers.erase(FieldName::via) == 1U);
  BOOST_TEST(headers.erase(FieldName::other) == 0U);
  BOOST_TEST(headers.text() == "C: 4\r\n");
  headers.clear();
  BOOST_TEST(headers.empty());
  headers.add("X", "1");
  BOOST_TEST(headers.text() == "X: 1\r\n");
}

BOOST_AUTO_TEST_CASE(spaces_around_a_value_are_no_part_of_it) {
  Headers headers;
  headers.add("A", " \t1 2\t ");
  headers.set("B", "  ");
  BOOST_TEST(headers.text() == "A: 1 2\r\nB: \r\n");
  headers.set("A", " 3");
  BOOST_TEST(headers.get("A").value() == "3");
}

BOOST_AUTO_TEST_CASE(what_could_become_another_field_does_not_get_in) {
  for (const std::string& value :
       {"a\r\nSet-Cookie: b"s, "\n"s, "\r"s, "a\0b"s, "a\x7f"s, "a\x0b"s, "a\r\n b"s}) {
    BOOST_TEST(refusal("X-Name", value) ==
               "cannot set field 'X-Name': a control character in its value");
  }
  for (const std::string& name :
       {"a b"s, "a:"s, "a\r\n"s, ""s, "\xc3\xa9"s, "a\0"s, "\"a\""s, " a"s}) {
    BOOST_TEST(refusal(name, "1").ends_with("': no name of a field"));
  }
  BOOST_TEST(refusal("a\r\nb", "1") == "cannot set field 'a\\r\\nb': no name of a field");
}

BOOST_AUTO_TEST_CASE(a_control_character_is_found_wherever_it_is) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool refused = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    for (std::size_t at = 1; at < 20; ++at) {
      // The tabs before it make the quick look doubt.
      for (const char around : {'x', '\t', '\xff', ' '}) {
        std::string value(21, around);
        value.front() = value.back() = 'x';
        value[at] = static_cast<char>(byte);
        const bool was_refused = refusal("A", value) != "none";
        BOOST_TEST_REQUIRE(was_refused == refused, "byte " << byte << " at " << at);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(values_may_have_any_other_bytes) {
  Headers headers;
  headers.add("A", "caf\xe9 \xc3\xa9\t\"\\,;");
  BOOST_TEST(headers.get("a").value() == "caf\xe9 \xc3\xa9\t\"\\,;");
  headers.add("!#$%&'*+-.^_`|~0aZ", "1");
  BOOST_TEST(headers.has("!#$%&'*+-.^_`|~0Az"));
}

BOOST_AUTO_TEST_CASE(values_of_their_own_may_be_used) {
  Headers headers{{"A", std::string(100, 'a')}, {"B", "2"}, {"C", "3"}};
  for (int i = 0; i < 10; ++i) headers.add("D", *headers.get("A"));
  BOOST_TEST(headers.get_all("D").back() == std::string(100, 'a'));
  headers.set("B", *headers.get("A"));
  headers.set(headers[2].name, *headers.get("B"));
  BOOST_TEST(headers.get("C").value() == std::string(100, 'a'));
  BOOST_TEST(headers.erase(headers[3].name) == 10U);
  BOOST_TEST(headers.size() == 3U);
}

BOOST_AUTO_TEST_CASE(copies_are_independent_and_equal) {
  Headers headers{{"Host", "a"}, {"B", "2"}};
  Headers copy = headers;
  BOOST_TEST((copy == headers));
  BOOST_TEST((copy == Headers{{"HOST", "a"}, {"b", "2"}}));
  BOOST_TEST((copy != Headers{{"b", "2"}, {"Host", "a"}}));
  BOOST_TEST((copy != Headers{{"Host", "A"}, {"B", "2"}}));
  copy.set("Host", "c");
  BOOST_TEST((copy != headers));
  BOOST_TEST(headers.get("host").value() == "a");
  const Headers moved = std::move(copy);
  BOOST_TEST(moved.get("host").value() == "c");
}

BOOST_AUTO_TEST_CASE(what_was_parsed_is_kept_as_a_copy) {
  std::string bytes = "Host: a\r\nx-own:  b  \r\n";
  FieldTable table;
  table.moved(bytes.data());
  const std::string_view view = bytes;
  table.add(FieldName::host, view.substr(0, 4), view.substr(6, 1));
  table.add(FieldName::other, view.substr(9, 5), view.substr(17, 1));
  const Headers headers(table);
  bytes.assign(bytes.size(), '?');
  BOOST_TEST(headers.text() == "Host: a\r\nx-own: b\r\n");
  BOOST_TEST(headers.get(FieldName::host).value() == "a");
}

BOOST_AUTO_TEST_CASE(a_known_name_may_be_given_by_its_number) {
  Headers headers;
  headers.set(FieldName::content_type, " a ");
  headers.add(FieldName::vary, "b");
  headers.add(FieldName::vary, "c");
  headers.set(FieldName::content_type, "d");
  BOOST_TEST(headers.text() == "Content-Type: d\r\nVary: b\r\nVary: c\r\n");
  headers.set(FieldName::vary, headers.get(FieldName::content_type).value());
  BOOST_TEST(headers.text() == "Content-Type: d\r\nVary: d\r\n");
  BOOST_TEST(headers.has(FieldName::vary));
  BOOST_TEST(headers.erase(FieldName::vary) == 1U);
  BOOST_TEST(!headers.has(FieldName::vary));
  BOOST_TEST(!headers.has(FieldName::other));
  BOOST_CHECK_THROW(headers.set(FieldName::vary, "a\nb"), std::invalid_argument);
  BOOST_CHECK_THROW(headers.add(FieldName::other, "a"), std::invalid_argument);
  const Headers taken = std::move(headers);
  BOOST_TEST(taken.has(FieldName::content_type));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_too_long_is_told) {
  Headers headers;
  headers.add(std::string(65535, 'a'), "1");
  BOOST_CHECK_THROW(headers.add(std::string(65536, 'a'), "1"), std::length_error);
  BOOST_TEST(headers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(all_fields_of_another_are_put_instead_of_those_of_their_names) {
  Headers headers{{"Vary", "a"}, {"X-Own", "1"}, {"vary", "b"}, {"ETag", "old"}};
  const Headers more{{"etag", "new"}, {"x-own", "2"}, {"X-Own", "3"}};
  headers.put(more);
  BOOST_TEST(headers.text() == "Vary: a\r\nvary: b\r\netag: new\r\nx-own: 2\r\nX-Own: 3\r\n");
  BOOST_TEST(headers.get("etag").value() == "new");
  BOOST_TEST(headers.joined("x-own") == "2, 3");
  headers.set("ETag", "newer");
  BOOST_TEST(headers.text() == "Vary: a\r\nvary: b\r\nETag: newer\r\nx-own: 2\r\nX-Own: 3\r\n");
  const Headers before = headers;
  headers.put(headers);
  headers.put(Headers());
  BOOST_TEST((headers == before));
  Headers none;
  none.put(more);
  BOOST_TEST((none == more));
}

BOOST_AUTO_TEST_SUITE_END()
