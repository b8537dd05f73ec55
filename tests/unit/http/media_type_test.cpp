#include "gnet/http/media_type.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "gnet/http/media_type_table.h"

BOOST_AUTO_TEST_SUITE(media_type)

using gnet::http::content_type_of;
using gnet::http::media_type_of;
using gnet::http::MediaType;

namespace {

std::string again(std::string_view text) {
  const auto type = MediaType::parse(text);
  return type ? type->str() : "none";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_type_has_an_essence_and_parameters) {
  const auto type = MediaType::parse(" Text/HTML ; Charset=\"utf-8\" ;a=b").value();
  BOOST_TEST(type.essence() == "text/html");
  BOOST_TEST(type.type() == "text");
  BOOST_TEST(type.subtype() == "html");
  BOOST_TEST(type.parameter("charset").value() == "utf-8");
  BOOST_TEST(type.parameter("a").value() == "b");
  BOOST_TEST(!type.parameter("b"));
  BOOST_TEST(type.str() == "text/html; charset=utf-8; a=b");
}

BOOST_AUTO_TEST_CASE(quotes_are_written_where_they_have_to_be) {
  BOOST_TEST(again("a/b;c=\"d e\"") == "a/b; c=\"d e\"");
  BOOST_TEST(again("a/b;c=\"\"") == "a/b; c=\"\"");
  BOOST_TEST(again("a/b;c=\"d\\\"e\\\\f\\g\"") == "a/b; c=\"d\\\"e\\\\fg\"");
  BOOST_TEST(again("a/b;c=\";d=e\"") == "a/b; c=\";d=e\"");
  BOOST_TEST(again("multipart/form-data; boundary=----WebKitFormBoundaryX") ==
             "multipart/form-data; boundary=----WebKitFormBoundaryX");
}

BOOST_AUTO_TEST_CASE(empty_parameters_are_none_and_the_first_of_two_counts) {
  BOOST_TEST(again("a/b;") == "a/b");
  BOOST_TEST(again("a/b; ;; c=d ;") == "a/b; c=d");
  BOOST_TEST(again("a/b;c=d;C=e") == "a/b; c=d");
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_no_type) {
  for (const char* text : {"", "a", "a/", "/b", "a /b", "a/ b", "a/b c", "a/b;c",
                           "a/b;c=", "a/b;=d", "a/b;c =d", "a/b;c= d", "a/b;c=\"d", "a/b;c=\"d\\",
                           "a/b;c=d e", "a/b;c=\"d\"e", "a/b/c", "a/b,c/d", "a/b;c=\"\n\""}) {
    BOOST_TEST(again(text) == "none", text);
  }
}

BOOST_AUTO_TEST_CASE(a_file_is_what_its_extension_says) {
  BOOST_TEST(media_type_of("index.html") == "text/html");
  BOOST_TEST(media_type_of("a/b.c/PHOTO.JPG") == "image/jpeg");
  BOOST_TEST(media_type_of("a.tar.gz") == "application/gzip");
  BOOST_TEST(media_type_of("3.3gp") == "video/3gpp");
  BOOST_TEST(media_type_of("z.zst") == "application/zstd");
  for (const char* name : {"", "README", "a.", "a.nosuch", "html", "a.html/README", "a.htm l"}) {
    BOOST_TEST(media_type_of(name).empty(), name);
  }
}

BOOST_AUTO_TEST_CASE(text_says_in_which_charset_it_is) {
  BOOST_TEST(content_type_of("a.txt") == "text/plain; charset=utf-8");
  BOOST_TEST(content_type_of("a.svg") == "image/svg+xml; charset=utf-8");
  BOOST_TEST(content_type_of("a.json") == "application/json");
  BOOST_TEST(content_type_of("a.png") == "image/png");
  BOOST_TEST(content_type_of("README") == "application/octet-stream");
  BOOST_TEST(content_type_of("README", "latin1", "text/plain") == "text/plain; charset=latin1");
  BOOST_TEST(content_type_of("a.html", "") == "text/html");
}

BOOST_AUTO_TEST_CASE(what_is_compressed_already_is_not_worth_compressing) {
  for (const char* name : {"a.html", "a.css", "a.js", "a.json", "a.svg", "a.wasm", "a.xml", "a.csv",
                           "a.ttf", "a.webmanifest", "a.log"}) {
    BOOST_TEST(gnet::http::is_compressible(media_type_of(name)), name);
  }
  for (const char* name :
       {"a.png", "a.jpg", "a.zip", "a.gz", "a.mp4", "a.woff2", "a.pdf", "a.br", "a.docx"}) {
    BOOST_TEST(!gnet::http::is_compressible(media_type_of(name)), name);
  }
  BOOST_TEST(!gnet::http::is_compressible("text/event-stream"));
}

BOOST_AUTO_TEST_CASE(the_table_is_sorted_and_made_of_types) {
  const auto table = gnet::http::detail::media_types();
  BOOST_TEST(table.size() > 150U);
  BOOST_TEST((std::ranges::adjacent_find(table, std::greater_equal<>(),
                                         &gnet::http::detail::FileType::extension) == table.end()));
  for (const auto& [extension, type] : table) {
    BOOST_TEST(again(type) == type);
    BOOST_TEST(media_type_of("a." + std::string(extension)) == type);
  }
}

BOOST_AUTO_TEST_SUITE_END()
