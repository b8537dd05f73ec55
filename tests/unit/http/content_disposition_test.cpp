#include "gnet/http/content_disposition.h"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(content_disposition)

using gnet::http::attachment;
using gnet::http::ContentDisposition;
using gnet::http::form_data;
using gnet::http::safe_file_name;

namespace {

// "type name file_name", with "-" for what is not there; "none".
std::string read(std::string_view text) {
  const auto disposition = ContentDisposition::parse(text);
  if (!disposition) return "none";
  return disposition->type + ' ' + disposition->name.value_or("-") + ' ' +
         disposition->file_name.value_or("-");
}

std::string safe(std::string_view text) {
  return safe_file_name(text).value_or("refused");
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_are_read) {
  BOOST_TEST(read("inline") == "inline - -");
  BOOST_TEST(read("Attachment; filename=a.txt") == "attachment - a.txt");
  BOOST_TEST(read("form-data; name=\"f\"; filename=\"a b.txt\"") == "form-data f a b.txt");
  BOOST_TEST(read("form-data;name=\"\";") == "form-data  -");
  BOOST_TEST(read("form-data ; Name = f ;; size=3") == "form-data f -");
  BOOST_TEST(read("form-data; name=a; name=b") == "form-data a -");
}

BOOST_AUTO_TEST_CASE(only_quotes_and_backslashes_are_escaped) {
  BOOST_TEST(read("form-data; filename=\"a\\\"b\\\\c\"") == "form-data - a\"b\\c");
  BOOST_TEST(read("form-data; filename=\"C:\\dir\\a.txt\"") == "form-data - C:\\dir\\a.txt");
  BOOST_TEST(read("form-data; filename=\"a;b=c\"") == "form-data - a;b=c");
  BOOST_TEST(read("form-data; filename=\"gr\xc3\xbc\"") == "form-data - gr\xc3\xbc");
}

BOOST_AUTO_TEST_CASE(the_extended_name_counts_but_in_forms) {
  BOOST_TEST(read("attachment; filename=a; filename*=UTF-8''gr%C3%BC%20x") ==
             "attachment - gr\xc3\xbc x");
  BOOST_TEST(read("attachment; filename*=utf-8'en'b; filename=a") == "attachment - b");
  BOOST_TEST(read("form-data; filename=a; filename*=UTF-8''b") == "form-data - a");
  for (const char* bad : {"UTF-8''%ff", "UTF-8''%00", "latin1''b", "b", "UTF-8'b", "UTF-8''%4"}) {
    BOOST_TEST(read(std::string("attachment; filename=a; filename*=") + bad) == "attachment - a",
               bad);
  }
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_none) {
  for (const char* text : {"", ";", "=", "form-data; name", "form-data; name=", "form-data; =a",
                           "form-data; name=\"a", "form-data; name=\"a\\", "form-data; name=\"a\"b",
                           "form-data name=a", "form-data; name=a b", "form-data; name=\"a\nb\""}) {
    BOOST_TEST(read(text) == "none", text);
  }
}

BOOST_AUTO_TEST_CASE(any_name_can_be_sent) {
  BOOST_TEST(attachment("a b.txt") == "attachment; filename=\"a b.txt\"");
  BOOST_TEST(attachment("Gr\xc3\xbc\xc3\x9f\x65.txt") ==
             "attachment; filename=\"Gr__e.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt");
  for (const char* name : {"a\"b\\c", "a\r\nX: y", "100%25", "\x7f", "\xe2\x82\xac;=\"", "a'b"}) {
    const std::string text = attachment(name);
    BOOST_TEST(text.find_first_of("\r\n\x7f") == text.npos);
    BOOST_TEST(read(text) == std::string("attachment - ") + name);
  }
}

BOOST_AUTO_TEST_CASE(a_form_escapes_as_browsers_do) {
  BOOST_TEST(form_data("a") == "form-data; name=\"a\"");
  BOOST_TEST(form_data("a\"\r\nb", "c\\d") == "form-data; name=\"a%22%0D%0Ab\"; filename=\"c\\d\"");
}

BOOST_AUTO_TEST_CASE(a_file_is_named_by_the_last_segment) {
  BOOST_TEST(safe("a.txt") == "a.txt");
  BOOST_TEST(safe("../../etc/passwd") == "passwd");
  BOOST_TEST(safe("C:\\dir\\a.txt") == "a.txt");
  BOOST_TEST(safe("dir/gr\xc3\xbc") == "gr\xc3\xbc");
  BOOST_TEST(safe(".profile") == ".profile");
  BOOST_TEST(safe("...") == "...");
  BOOST_TEST(safe(std::string(255, 'a')) == std::string(255, 'a'));
}

BOOST_AUTO_TEST_CASE(what_is_no_name_of_a_file_is_refused) {
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string("a/"), std::string("a/.."),
        std::string("a\\.."), std::string("a\0b", 3), std::string("a\nb"), std::string("\x7f"),
        std::string("\xc0\xae"), std::string("\xff"), std::string(256, 'a')}) {
    BOOST_TEST(safe(text) == "refused", text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
