#include "commands/http_items.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(http_items)

using commands::HttpItem;
using commands::is_method;
using commands::is_target;
using commands::json_of;
using commands::parse_item;

namespace {

void check(std::string_view word, HttpItem::Kind kind, std::string_view name,
           std::string_view value) {
  BOOST_TEST_CONTEXT(word) {
    const HttpItem item = parse_item(word);
    BOOST_TEST((item.kind == kind));
    BOOST_TEST(item.name == name);
    BOOST_TEST(item.value == value);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_separator_says_what_an_item_is) {
  check("Accept:text/html", HttpItem::header, "Accept", "text/html");
  check("q==1", HttpItem::query, "q", "1");
  check("name=Ada", HttpItem::text, "name", "Ada");
  check("n:=3", HttpItem::json, "n", "3");
  check("photo@cat.jpg", HttpItem::file, "photo", "cat.jpg");
  check("a=b:c==d@e", HttpItem::text, "a", "b:c==d@e");
  check("Referer:http://a/?x=1", HttpItem::header, "Referer", "http://a/?x=1");
  check("empty=", HttpItem::text, "empty", "");
  check("mail=a@b", HttpItem::text, "mail", "a@b");
}

BOOST_AUTO_TEST_CASE(a_backslash_takes_the_meaning_of_a_separator) {
  check("a\\:b=c", HttpItem::text, "a:b", "c");
  check("a\\=b==c", HttpItem::query, "a=b", "c");
  check("a\\\\=b", HttpItem::text, "a\\", "b");
}

BOOST_AUTO_TEST_CASE(other_words_are_no_items) {
  for (const auto* word : {"nonsense", "", "=x", ":x", "@x", ":=1", "a\\=b"}) {
    BOOST_CHECK_THROW(static_cast<void>(parse_item(word)), cli::UsageError);
  }
}

BOOST_AUTO_TEST_CASE(items_are_an_object_in_their_order) {
  BOOST_TEST(json_of({{HttpItem::text, "a", "x\"y"},
                      {HttpItem::json, "b", "[1, null]"},
                      {HttpItem::header, "H", "v"},
                      {HttpItem::text, "a", "z"}}) == R"({"a":"z","b":[1, null]})");
  BOOST_CHECK_THROW(static_cast<void>(json_of({{HttpItem::json, "a", "[1"}})), cli::UsageError);
  BOOST_CHECK_THROW(static_cast<void>(json_of({{HttpItem::json, "a", "1, \"b\": 2"}})),
                    cli::UsageError);
}

BOOST_AUTO_TEST_CASE(further_URLs_are_told_from_items) {
  BOOST_TEST(is_target("http://a/"));
  BOOST_TEST(is_target(":8000/"));
  BOOST_TEST(is_target("unix:/x:/"));
  BOOST_TEST(!is_target("http:value"));
  BOOST_TEST(!is_target("a.test/x"));
}

BOOST_AUTO_TEST_CASE(a_method_has_capital_letters) {
  BOOST_TEST(is_method("GET"));
  BOOST_TEST(is_method("M-SEARCH"));
  BOOST_TEST(!is_method("get"));
  BOOST_TEST(!is_method("localhost"));
  BOOST_TEST(!is_method(""));
}

BOOST_AUTO_TEST_SUITE_END()
