#include "gnet/web/listing.h"

#include <openssl/sha.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "gnet/http/base64.h"
#include "gnet/http/http_error.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/http/request_path.h"
#include "gnet/io/connect.h"
#include "tests/unit/web/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(listing)

using namespace std::chrono_literals;
using gnet::http::Request;
using gnet::http::RequestPath;
using gnet::http::Response;
using gnet::web::Directory;
using gnet::web::FolderEntry;
using gnet::web::Listing;
using gnet::web::ListingFormat;
using gnet::web::ListingOptions;

namespace {

FolderEntry entry(std::string name, std::uint64_t size = 1) {
  FolderEntry made;
  made.name = std::move(name);
  made.size = size;
  made.modified = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + 3h + 4min + 5s;
  return made;
}

std::string written(const Listing& listing, ListingFormat format = ListingFormat::html,
                    const ListingOptions& options = {}) {
  std::string all;
  write_listing(listing, format, options, [&](std::string_view piece) { all += piece; });
  return all;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

// A server of one folder, and what it answers.
struct Site {
  explicit Site(ListingOptions options = {})
      : factory(gnet::Endpoint::parse("tcp://127.0.0.1:0"),
                [this, options](Request& request, Response& response) {
                  const auto path = RequestPath::parse(request.path(), {.utf8 = false});
                  if (!send_listing(request, response, directory, path.value(), options)) {
                    response.status(404).send("none\n");
                  }
                }) {
    factory.start();
  }

  std::string ask(std::string_view target, std::string_view fields = "",
                  std::string_view method = "GET") {
    gnet::Stream client = gnet::connect_stream(factory.local_endpoint());
    client.send_all(std::string(method) + " " + std::string(target) +
                    " HTTP/1.1\r\nHost: a.example:81\r\nConnection: close\r\n" +
                    std::string(fields) + "\r\n");
    std::string all;
    char buffer[4096];
    while (const std::size_t size = client.receive(buffer, sizeof buffer, 20s)) {
      all.append(buffer, size);
    }
    return all;
  }

  TemporaryFolder temporary;
  Directory directory{temporary.path()};
  gnet::HTTPServerFactory factory;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_row_has_a_link_and_exact_values) {
  const std::string page = written({.path = "/a/", .entries = {entry("b c.txt", 1234567)}});
  BOOST_TEST(has(page, "<a href=\"b%20c.txt\">b c.txt</a>"));
  BOOST_TEST(has(page, "<td title=\"1,234,567 bytes\">1.2 MB"));
  BOOST_TEST(has(page, "<time datetime=2024-02-29T03:04:05Z>2024-02-29 03:04</time>"));
  BOOST_TEST(has(page, "1 file, 1.2 MB"));
}

BOOST_AUTO_TEST_CASE(no_name_is_markup_or_another_link) {
  const std::string page = written({.path = "/<i>\xff/",
                                    .entries = {entry("\"><script>alert(1)</script>"),
                                                entry("javascript:alert(1)"), entry("caf\xe9")}});
  BOOST_TEST(!has(page, "<script>alert"));
  BOOST_TEST(!has(page, "\"javascript:"));
  BOOST_TEST(has(page, "href=\"%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E\""));
  BOOST_TEST(has(page, "<a href=\"caf%E9\">caf\xef\xbf\xbd</a>"));
  BOOST_TEST(has(page, "<title>/&lt;i&gt;\xef\xbf\xbd/</title>"));
}

BOOST_AUTO_TEST_CASE(crumbs_lead_up_by_relative_links) {
  const std::string page = written({.path = "/a/b&c/d/"});
  BOOST_TEST(has(page,
                 "<h1><a href=\"../../../\">Files</a><i>/</i><a href=\"../../\">a</a><i>/</i>"
                 "<a href=\"../\">b&amp;c</a><i>/</i><span aria-current=\"page\">d</span></h1>"));
  BOOST_TEST(has(page, "<a href=\"../\">..</a>"));
  const std::string top = written({.path = "/"});
  BOOST_TEST(has(top, "<h1><a href=\"./\">Files</a></h1>"));
  BOOST_TEST(!has(top, "<a href=\"../\">..</a>"));
}

BOOST_AUTO_TEST_CASE(what_is_not_allowed_is_not_offered) {
  Listing listing{.path = "/", .entries = {entry("a")}};
  const std::string plain = written(listing);
  for (const char* part :
       {"id=\"up\"", "id=\"mkdir\"", "<button name=delete", "?archive=", "class=\"plain\""}) {
    BOOST_TEST(!has(plain, part));
  }
  const ListingOptions all{
      .upload = true, .mkdir = true, .remove = true, .max_upload = 5, .archives = {"zip"}};
  const std::string rich = written(listing, ListingFormat::html, all);
  for (const char* part : {"id=\"up\"", "id=\"mkdir\"", "name=delete value=\"a\"", "?archive=zip",
                           "data-most=\"5\""}) {
    BOOST_TEST(has(rich, part));
  }
  BOOST_TEST(!has(rich, "{{"));
}

BOOST_AUTO_TEST_CASE(columns_say_how_they_are_sorted_and_links_turn_it_round) {
  const std::string page = written(
      {.path = "/", .query = gnet::web::ListingQuery::parse("sort=size&order=desc&q=%22x")});
  BOOST_TEST(has(page,
                 "<th scope=\"col\" aria-sort=\"descending\"><a "
                 "href=\"?q=%22x&amp;sort=size&amp;order=asc\">Size</a>"));
  BOOST_TEST(has(page, "value=\"&quot;x\""));
  BOOST_TEST(has(page, "<input type=\"hidden\" name=\"sort\" value=\"size\">"));
}

BOOST_AUTO_TEST_CASE(the_policy_allows_the_page_itself_and_nothing_else) {
  const ListingOptions options{.theme = "body { color: red }"};
  const std::string policy = gnet::web::listing_policy(options);
  const std::string page = written({.path = "/"}, ListingFormat::html, options);
  std::size_t sources = 0;
  for (const std::string_view name : {"style", "script"}) {
    const std::string open = "<" + std::string(name) + ">";
    for (auto at = page.find(open); at != page.npos; at = page.find(open, at + 1)) {
      const auto begin = at + open.size();
      const std::string text = page.substr(begin, page.find("</" + open.substr(1), begin) - begin);
      std::string hash(SHA256_DIGEST_LENGTH, '\0');
      SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             reinterpret_cast<unsigned char*>(hash.data()));
      BOOST_TEST(has(policy, "'sha256-" + gnet::http::base64_encode(hash) + "'"));
      ++sources;
    }
  }
  BOOST_TEST(sources == 3u);
  BOOST_TEST(policy.starts_with("default-src 'none'; "));
  BOOST_TEST(!has(policy, "unsafe"));
  for (const char* attribute : {" style=", " onclick=", " src=", "http://", "https://"}) {
    std::string elsewhere = page;
    const std::string_view allowed = "http://www.w3.org/2000/svg";
    for (std::size_t at; (at = elsewhere.find(allowed)) != elsewhere.npos;) {
      elsewhere.erase(at, allowed.size());
    }
    BOOST_TEST(!has(elsewhere, attribute));
  }
  BOOST_TEST(page.size() < 24000u);
}

BOOST_AUTO_TEST_CASE(a_large_folder_comes_in_pieces) {
  Listing listing{.path = "/"};
  for (int i = 0; i < 10000; ++i) listing.entries.push_back(entry(std::to_string(i)));
  for (const auto format : {ListingFormat::html, ListingFormat::json, ListingFormat::text}) {
    std::size_t most = 0;
    std::size_t total = 0;
    write_listing(listing, format, {}, [&](std::string_view piece) {
      most = std::max(most, piece.size());
      total += piece.size();
    });
    BOOST_TEST(most < 64u * 1024);
    BOOST_TEST(total > 10000u * 4);
  }
}

BOOST_AUTO_TEST_CASE(a_client_gets_the_form_that_it_asks_for) {
  Site site;
  site.temporary.write("sub/b", "1");
  site.temporary.write("a\nb\"", "12");
  site.temporary.link("l", "a\nb\"");
  BOOST_TEST(has(site.ask("/"), "Content-Type: text/html; charset=utf-8"));
  const std::string json = site.ask("/?json");
  BOOST_TEST(has(json, "Content-Type: application/json\r\n"));
  BOOST_TEST(has(json, R"({"path":"/","entries":[)"));
  BOOST_TEST(has(json, R"({"name":"sub","href":"sub/","type":"folder","mtime":")"));
  BOOST_TEST(has(json, R"({"name":"a\nb\"","href":"a%0Ab%22","type":"file","size":2,"mtime":")"));
  BOOST_TEST(has(json, R"(Z","link":true})"));
  BOOST_TEST(has(site.ask("/", "Accept: application/json\r\n"), R"("entries":[)"));
  BOOST_TEST(has(site.ask("/?ls"), "sub/\na\\nb\"\nl\n"));
  BOOST_TEST(has(site.ask("/?ls&sort=name&order=desc"), "sub/\nl\na\\nb\"\n"));
  BOOST_TEST(has(site.ask("/none/"), "HTTP/1.1 404 "));
}

BOOST_AUTO_TEST_CASE(head_is_answered_without_a_page) {
  Site site;
  const std::string answer = site.ask("/", "", "HEAD");
  BOOST_TEST(has(answer, "Content-Security-Policy: "));
  BOOST_TEST(answer.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_readme_is_shown_as_text_when_that_is_wanted) {
  Site site({.readme = true});
  site.temporary.write("sub/ReadMe.md", "# <b>hello</b>");
  BOOST_TEST(
      has(site.ask("/sub/"), "<h2>ReadMe.md</h2><pre># &lt;b&gt;hello&lt;/b&gt;</pre></section>"));
  BOOST_TEST(!has(Site().ask("/"), "<section"));
  site.temporary.write("readme", "top");
  BOOST_TEST(has(site.ask("/"), "<pre>top</pre>"));
}

BOOST_AUTO_TEST_CASE(a_drawing_is_made_of_the_url) {
  Site site({.draw = [](std::string_view url) { return "<svg>" + std::string(url) + "</svg>"; }});
  site.temporary.write("a b/c", "");
  BOOST_TEST(has(site.ask("/a%20b/?sort=size"), "<svg>http://a.example:81/a%20b/</svg>"));
}

BOOST_AUTO_TEST_CASE(of_too_many_entries_some_are_shown_or_none) {
  Site site({.max_entries = 2});
  for (const char* name : {"a", "b", "c"}) site.temporary.write(name, "");
  const std::string page = site.ask("/");
  BOOST_TEST(has(page, "2 files, 0 B and more, which are not shown"));
  BOOST_TEST(has(page, "</html>"));
  BOOST_TEST(has(site.ask("/?json"), "HTTP/1.1 507 "));
}

BOOST_AUTO_TEST_CASE(the_head_of_a_page_leaves_before_the_folder_is_read) {
  std::string before;
  std::string all;
  Listing listing{.path = "/"};
  listing.fill = [&] {
    before = all;
    listing.entries.push_back(entry("late"));
  };
  write_listing(listing, ListingFormat::html, {}, [&](std::string_view piece) { all += piece; });
  BOOST_TEST(has(before, "</script>"));
  BOOST_TEST(has(all, "href=\"late\""));
}

BOOST_AUTO_TEST_SUITE_END()
