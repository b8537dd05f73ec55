#include "gnet/http/request_path.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

BOOST_TEST_DONT_PRINT_LOG_VALUE(gnet::http::PathFault)

BOOST_AUTO_TEST_SUITE(request_path)

using gnet::http::PathFault;
using gnet::http::RequestPath;

namespace {

struct Attack {
  std::string_view raw;
  PathFault fault;
};

using F = PathFault;

// What has got past other servers, in front of a path that was protected or out of the root.
const std::vector<Attack> kAttacks{
    {"", F::not_absolute},
    {"a/b", F::not_absolute},
    {"*", F::not_absolute},
    {"http://a/b", F::not_absolute},
    {"/a?b", F::not_absolute},
    {"/a#b", F::not_absolute},
    {"/..", F::dot_segment},
    {"/../etc/passwd", F::dot_segment},
    {"/a/../b", F::dot_segment},
    {"/a/..", F::dot_segment},
    {"/a/./b", F::dot_segment},
    {"/.", F::dot_segment},
    {"//../a", F::dot_segment},
    {"/%2e%2e/a", F::dot_segment},
    {"/%2E%2E/a", F::dot_segment},
    {"/.%2e/a", F::dot_segment},
    {"/%2e./a", F::dot_segment},
    {"/%2e/a", F::dot_segment},
    {"/%2e%2e%2fetc/passwd", F::encoded_slash},
    {"/..%2fetc/passwd", F::encoded_slash},
    {"/..%5cetc", F::backslash},
    {"/a%2Fb", F::encoded_slash},
    {"/%2F", F::encoded_slash},
    {"/a%2f..%2fb", F::encoded_slash},
    {"/a\\b", F::backslash},
    {"/..\\..\\a", F::backslash},
    {"\\a", F::not_absolute},
    {"/a%5cb", F::backslash},
    {"/a%5Cb", F::backslash},
    {"/a%00", F::nul},
    {"/a%00.html", F::nul},
    {"/a.php%00.jpg", F::nul},
    {std::string_view("/a\0b", 4), F::nul},
    {"/%", F::bad_escape},
    {"/a%2", F::bad_escape},
    {"/a%g0", F::bad_escape},
    {"/%u002e%u002e/a", F::bad_escape},
    {"/%c0%ae%c0%ae/a", F::not_utf8},      // ".." overlong
    {"/%c0%af", F::not_utf8},              // "/" overlong
    {"/%e0%80%af", F::not_utf8},           // and in three bytes
    {"/%f0%80%80%af", F::not_utf8},        // and in four
    {"/%c0%80", F::not_utf8},              // NUL overlong
    {"/\xc0\xae\xc0\xae/a", F::not_utf8},  // not encoded
    {"/%ed%a0%80", F::not_utf8},           // a surrogate
    {"/%ff", F::not_utf8},
    {"/a%e2%82", F::not_utf8},  // cut short
};

std::string text(std::string_view raw) {
  const auto path = RequestPath::parse(raw);
  return path ? path->text() : "refused";
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_could_be_read_in_two_ways_is_refused) {
  for (const Attack& attack : kAttacks) {
    PathFault fault = PathFault::none;
    BOOST_TEST(!RequestPath::parse(attack.raw, &fault), attack.raw);
    BOOST_TEST((fault == attack.fault),
               attack.raw << " is " << describe(fault) << ", not " << describe(attack.fault));
  }
}

BOOST_AUTO_TEST_CASE(a_path_is_decoded_once) {
  BOOST_TEST(text("/a%20b") == "/a b");
  BOOST_TEST(text("/%2561") == "/%61");
  BOOST_TEST(text("/%252e%252e/a") == "/%2e%2e/a");
  BOOST_TEST(text("/%252F") == "/%2F");
  BOOST_TEST(text("/a+b") == "/a+b");
  BOOST_TEST(text("/%3fa%23") == "/?a#");
  BOOST_TEST(text("/b%C3%BCcher") == "/b\xc3\xbc\x63her");
  BOOST_TEST(text("/b\xc3\xbc\x63her") == "/b\xc3\xbc\x63her");
}

BOOST_AUTO_TEST_CASE(slashes_in_a_row_are_one) {
  BOOST_TEST(text("/") == "/");
  BOOST_TEST(text("//") == "/");
  BOOST_TEST(text("//admin/x") == "/admin/x");
  BOOST_TEST(text("/a///b//") == "/a/b/");
}

BOOST_AUTO_TEST_CASE(names_with_dots_are_names) {
  BOOST_TEST(text("/...") == "/...");
  BOOST_TEST(text("/..a/a../.a") == "/..a/a../.a");
  BOOST_TEST(text("/a;/..;/b") == "/a;/..;/b");
  BOOST_TEST(text("/.well-known/x") == "/.well-known/x");
}

BOOST_AUTO_TEST_CASE(any_bytes_pass_if_that_is_asked_for) {
  PathFault fault = PathFault::none;
  const auto path = RequestPath::parse("/%ff", {.utf8 = false}, &fault);
  BOOST_TEST(path.value().text() == "/\xff");
  BOOST_TEST(!RequestPath::parse("/%ff/%2e%2e", {.utf8 = false}, &fault));
  BOOST_TEST(fault == PathFault::dot_segment);
}

BOOST_AUTO_TEST_CASE(overlong_forms_are_refused_even_there) {
  for (const auto* raw : {"/%c0%ae%c0%ae/a", "/x%c0%af", "/%c1%81", "/%e0%80%af", "/%e0%9f%bf",
                          "/%f0%80%80%af", "/%f0%8f%bf%bf", "/\xc0\xae"}) {
    PathFault fault = PathFault::none;
    BOOST_TEST(!RequestPath::parse(raw, {.utf8 = false}, &fault), raw);
    BOOST_TEST(fault == PathFault::overlong, raw);
  }
  for (const auto* raw : {"/%c0", "/%c0.", "/%e0%a0%80", "/%f0%90%80%80", "/%e0x", "/caf%e9"}) {
    BOOST_TEST(RequestPath::parse(raw, {.utf8 = false}).has_value(), raw);
  }
}

BOOST_AUTO_TEST_CASE(what_is_opened_is_what_was_compared) {
  const auto path = RequestPath::parse("//docs//a%20b/").value();
  BOOST_TEST(path.text() == "/docs/a b/");
  BOOST_TEST(path.relative() == "docs/a b");
  BOOST_TEST(path.is_folder());
  const std::vector<std::string_view> segments{"docs", "a b"};
  BOOST_TEST(path.segments() == segments, boost::test_tools::per_element());
  const auto root = RequestPath::parse("/").value();
  BOOST_TEST(root.relative() == ".");
  BOOST_TEST(root.segments().empty());
  BOOST_TEST(!RequestPath::parse("/a").value().is_folder());
}

BOOST_AUTO_TEST_CASE(hidden_is_what_begins_with_a_dot_anywhere) {
  BOOST_TEST(RequestPath::parse("/a/.git/config").value().is_hidden());
  BOOST_TEST(RequestPath::parse("/%2egit").value().is_hidden());
  BOOST_TEST(!RequestPath::parse("/a.b/c.").value().is_hidden());
}

BOOST_AUTO_TEST_CASE(a_folder_has_in_it_whole_segments) {
  const auto below = [](std::string_view raw, std::string_view folder) {
    return RequestPath::parse(raw).value().is_below(folder);
  };
  BOOST_TEST(below("/admin", "/admin"));
  BOOST_TEST(below("/admin/", "/admin"));
  BOOST_TEST(below("/admin/x", "/admin/"));
  BOOST_TEST(below("//admin//x", "/admin"));
  BOOST_TEST(below("/%61dmin", "/admin"));
  BOOST_TEST(!below("/administrator", "/admin"));
  BOOST_TEST(!below("/x/admin", "/admin"));
  BOOST_TEST(below("/x", "/"));
}

BOOST_AUTO_TEST_CASE(what_is_encoded_again_is_read_as_the_same) {
  for (const char* raw :
       {"/", "/a%20b/", "/%2561", "/%3f%23%25", "/b%c3%bc", "/%0d%0aX:y", "/a:b@c"}) {
    const auto path = RequestPath::parse(raw).value();
    const std::string encoded = path.encoded();
    BOOST_TEST((RequestPath::parse(encoded) == path), encoded);
    BOOST_TEST(encoded.find_first_of(" \r\n?#") == encoded.npos);
  }
}

BOOST_AUTO_TEST_CASE(what_is_below_a_folder_is_a_path_as_well) {
  const auto path = RequestPath::parse("/a/b%20c/").value();
  BOOST_TEST(path.below("/a")->text() == "/b c/");
  BOOST_TEST(path.below("/a/")->text() == "/b c/");
  BOOST_TEST(path.below("/a/b c")->text() == "/");
  BOOST_TEST(path.below("/")->text() == "/a/b c/");
  BOOST_TEST(path.below("")->text() == "/a/b c/");
  BOOST_TEST(!path.below("/a/b"));
  BOOST_TEST(RequestPath::parse("/a").value().below("/a")->text() == "/");
}

BOOST_AUTO_TEST_SUITE_END()
