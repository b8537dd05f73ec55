#include "gnet/web/static_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/http/content_decoder.h"
#include "gnet/http/handler_test.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/request_path.h"
#include "gnet/http/response.h"
#include "gnet/sync/group.h"
#include "gnet/web/app.h"
#include "tests/unit/http/test_server.h"
#include "tests/unit/web/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(static_files)

using gnet::http::Request;
using gnet::http::Response;
using gnet::web::StaticFiles;
using gnet::web::StaticFilesOptions;

namespace {

const std::string kText = [] {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}();

struct Site {
  Site() {
    folder.write("secret.txt", "secret");
    folder.write("www/index.html", "<h1>index</h1>");
    folder.write("www/about.html", "about");
    folder.write("www/a.txt", "0123456789");
    folder.write("www/big.txt", kText);
    folder.write("www/docs/index.html", "docs");
    folder.write("www/empty/x.bin", "");
    folder.write("www/.git/config", "config");
  }
  StaticFiles files(StaticFilesOptions options = {}) const {
    return StaticFiles(folder.path("www"), std::move(options));
  }
  TemporaryFolder folder;
};

struct SiteServer : Site {
  explicit SiteServer(StaticFilesOptions options = {}) : server(files(std::move(options))) {}
  std::string ask(std::string_view line, std::string_view fields = {}) {
    return server.ask(line, fields);
  }
  std::string status(std::string_view line, std::string_view fields = {}) {
    return status_of(ask(line, fields));
  }
  TestServer server;
};

std::string decoded(const std::string& answer) {
  gnet::http::ContentDecoder decoder(field_of(answer, "Content-Encoding"));
  std::string bytes = body_of(answer), text, room(64 * 1024, '\0');
  for (bool more = true; more && !decoder.refusal();) {
    const auto [consumed, written] = decoder.decode(bytes, room);
    text.append(room, 0, written);
    bytes.erase(0, consumed);
    more = written == room.size();
  }
  decoder.finish();
  return decoder.is_done() ? text : "(damaged)";
}

std::string accepts(std::string_view codings) {
  return "Accept-Encoding: " + std::string(codings) + "\r\n";
}

}  // namespace

// ---- which file ----

BOOST_FIXTURE_TEST_CASE(a_file_is_served_with_what_there_is_to_say_of_it, SiteServer) {
  const std::string answer = ask("GET /a.txt");
  BOOST_TEST(status_of(answer) == "200");
  BOOST_TEST(body_of(answer) == "0123456789");
  BOOST_TEST(field_of(answer, "Content-Type") == "text/plain; charset=utf-8");
  BOOST_TEST(field_of(answer, "Content-Length") == "10");
  BOOST_TEST(field_of(answer, "X-Content-Type-Options") == "nosniff");
  BOOST_TEST(field_of(answer, "Cache-Control") == "no-cache");
  BOOST_TEST(field_of(answer, "Accept-Ranges") == "bytes");
  BOOST_TEST(field_of(answer, "Vary") == "Accept-Encoding");
  BOOST_TEST(field_of(answer, "ETag").starts_with('"'));
  BOOST_TEST(!field_of(answer, "Last-Modified").empty());
  const std::string head = ask("HEAD /a.txt");
  BOOST_TEST(body_of(head) == "");
  BOOST_TEST(field_of(head, "Content-Length") == "10");
  BOOST_TEST(field_of(ask("GET /empty/x.bin"), "Content-Type") == "application/octet-stream");
  BOOST_TEST(field_of(ask("GET /empty/x.bin"), "Vary") == "");
}

BOOST_FIXTURE_TEST_CASE(a_folder_is_its_index_and_has_a_slash, SiteServer) {
  BOOST_TEST(body_of(ask("GET /")) == "<h1>index</h1>");
  BOOST_TEST(body_of(ask("GET /docs/")) == "docs");
  const std::string answer = ask("GET /docs?a=1");
  BOOST_TEST(status_of(answer) == "301");
  BOOST_TEST(field_of(answer, "Location") == "./docs/?a=1");
  BOOST_TEST(status("GET /empty/") == "404");
  BOOST_TEST(status("GET /a.txt/") == "404");
  BOOST_TEST(field_of(ask("GET //docs"), "Location") == "./docs/");
}

BOOST_FIXTURE_TEST_CASE(other_methods_are_not_allowed, SiteServer) {
  for (const char* line : {"POST /a.txt", "DELETE /a.txt", "PUT /new", "OPTIONS /a.txt"}) {
    const std::string answer = ask(line, "Content-Length: 0\r\n");
    BOOST_TEST(status_of(answer) == "405", line);
    BOOST_TEST(field_of(answer, "Allow") == "GET, HEAD");
  }
  BOOST_TEST(body_of(ask("GET /a.txt")) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(nothing_outside_is_served_however_it_is_asked_for, SiteServer) {
  folder.link("www/out", "../secret.txt");
  folder.link("www/up", "..");
  for (const std::string path : {"/../secret.txt",
                                 "/%2e%2e/secret.txt",
                                 "/docs/../../secret.txt",
                                 "/docs/%2e%2e/%2e%2e/secret.txt",
                                 "/..%2fsecret.txt",
                                 "/..%5csecret.txt",
                                 "/..\\secret.txt",
                                 "/%2e%2e%2fsecret.txt",
                                 "/%252e%252e/secret.txt",
                                 "/.%2e/secret.txt",
                                 "/..%00/secret.txt",
                                 "/a.txt%00.html",
                                 "/%c0%ae%c0%ae/secret.txt",
                                 "/..;/secret.txt",
                                 "/out",
                                 "/up/secret.txt",
                                 "/up",
                                 "//../secret.txt",
                                 "/....//secret.txt",
                                 "/%ff%fe",
                                 "/docs/%2F..%2Fsecret.txt",
                                 "/.git/config",
                                 "/%2egit/config",
                                 "/.git/nothing",
                                 "/.git",
                                 "/.git/"}) {
    const std::string answer = ask("GET " + path);
    const std::string code = status_of(answer);
    BOOST_TEST((code == "400" || code == "404"), path + ": " + code);
    BOOST_TEST(answer.find("secret\n") == answer.npos, path);
    BOOST_TEST((body_of(answer) != "secret" && body_of(answer) != "config"), path);
  }
  BOOST_TEST(body_of(ask("GET /.git/config")) == body_of(ask("GET /.git/nothing")));
}

BOOST_FIXTURE_TEST_CASE(names_with_any_bytes_are_served, SiteServer) {
  for (const auto& [name, path] :
       std::vector<std::pair<std::string, std::string>>{{"line\nbreak.txt", "/line%0Abreak.txt"},
                                                        {"\"quoted\".txt", "/%22quoted%22.txt"},
                                                        {"caf\xe9.txt", "/caf%E9.txt"},
                                                        {"100%.txt", "/100%25.txt"},
                                                        {"%41.txt", "/%2541.txt"},
                                                        {"a?b#c.txt", "/a%3Fb%23c.txt"}}) {
    folder.write("www/" + name, name);
    BOOST_TEST(body_of(ask("GET " + path)) == name);
  }
  std::filesystem::create_directory(folder.path("www/a:b\nc"));
  BOOST_TEST(field_of(ask("GET /a:b%0Ac"), "Location") == "./a:b%0Ac/");
}

BOOST_FIXTURE_TEST_CASE(what_may_not_be_read_is_forbidden, SiteServer) {
  BOOST_REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  BOOST_REQUIRE(chmod(folder.path("www/a.txt").c_str(), 0) == 0);
  BOOST_REQUIRE(chmod(folder.path("www/.git/config").c_str(), 0) == 0);
  const uid_t self = geteuid();
  if (self == 0) BOOST_REQUIRE(seteuid(65534) == 0);  // root may read everything
  const std::string plain = status("GET /a.txt"), hidden = status("GET /.git/config");
  BOOST_REQUIRE(seteuid(self) == 0);
  BOOST_TEST(plain == "403");
  BOOST_TEST(hidden == "404");
}

BOOST_FIXTURE_TEST_CASE(a_pipe_holds_nobody_up, SiteServer) {
  BOOST_REQUIRE(mkfifo(folder.path("www/pipe").c_str(), 0666) == 0);
  BOOST_TEST(status("GET /pipe") == "404");
}

BOOST_AUTO_TEST_CASE(pretty_paths_do_without_an_extension) {
  SiteServer site({.pretty_urls = true});
  BOOST_TEST(body_of(site.ask("GET /about")) == "about");
  BOOST_TEST(field_of(site.ask("GET /about"), "Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(site.status("GET /about/") == "404");
  BOOST_TEST(SiteServer().status("GET /about") == "404");
}

BOOST_AUTO_TEST_CASE(an_application_gets_its_page_for_navigations_only) {
  SiteServer site({.fallback = "index.html", .cache_control = "max-age=3600"});
  const std::string html = "Accept: text/html,*/*;q=0.8\r\n";
  const std::string answer = site.ask("GET /users/17", html);
  BOOST_TEST(body_of(answer) == "<h1>index</h1>");
  BOOST_TEST(field_of(answer, "Cache-Control") == "no-cache");
  BOOST_TEST(site.status("GET /missing.js", html) == "404");
  BOOST_TEST(site.status("GET /users/17", "Accept: */*\r\n") == "404");
  BOOST_TEST(site.status("GET /users/17", "Accept: application/json\r\n") == "404");
  BOOST_TEST(site.status("GET /users/17") == "404");
  BOOST_TEST(site.status("GET /.hidden", html) == "404");
  BOOST_TEST(field_of(site.ask("GET /a.txt"), "Cache-Control") == "max-age=3600");
}

BOOST_AUTO_TEST_CASE(a_folder_without_an_index_can_be_shown) {
  StaticFilesOptions options;
  options.folder = [](Request&, Response& response, const gnet::http::RequestPath& path) {
    response.send("folder " + path.text());
  };
  SiteServer site(std::move(options));
  BOOST_TEST(body_of(site.ask("GET /empty/")) == "folder /empty/");
  BOOST_TEST(body_of(site.ask("GET /docs/")) == "docs");
  BOOST_TEST(site.status("GET /empty") == "301");
  BOOST_TEST(site.status("GET /nothing/") == "404");
  BOOST_TEST(site.status("GET /.git/") == "404");
  BOOST_TEST(site.status("GET /a.txt/") == "404");
}

BOOST_FIXTURE_TEST_CASE(it_can_be_mounted_below_a_prefix, Site) {
  folder.write("www/100%/a b.txt", "odd");
  gnet::web::App app;
  app.mount("/static", files());
  TestServer server(std::move(app));
  BOOST_TEST(body_of(server.ask("GET /static/a.txt")) == "0123456789");
  BOOST_TEST(body_of(server.ask("GET /static/100%25/a%20b.txt")) == "odd");
  BOOST_TEST(body_of(server.ask("GET /static/docs/")) == "docs");
  BOOST_TEST(field_of(server.ask("GET /static/docs"), "Location") == "./docs/");
  BOOST_TEST(field_of(server.ask("GET /static"), "Location") == "./static/");
  BOOST_TEST(body_of(server.ask("GET /static/")) == "<h1>index</h1>");
  BOOST_TEST(status_of(server.ask("GET /static/.git/config")) == "404");
  BOOST_TEST(status_of(server.ask("GET /a.txt")) == "404");
}

// ---- versions ----

BOOST_FIXTURE_TEST_CASE(who_has_it_already_is_told_so, SiteServer) {
  const std::string first = ask("GET /a.txt");
  const std::string tag = field_of(first, "ETag"), time = field_of(first, "Last-Modified");
  for (const std::string& fields :
       {"If-None-Match: " + tag + "\r\n", "If-None-Match: W/" + tag + "\r\n",
        std::string("If-None-Match: *\r\n"), "If-Modified-Since: " + time + "\r\n",
        "If-None-Match: \"x\"\r\nIf-None-Match: " + tag + "\r\n"}) {
    const std::string answer = ask("GET /a.txt", fields);
    BOOST_TEST(status_of(answer) == "304", fields);
    BOOST_TEST(body_of(answer) == "");
    BOOST_TEST(field_of(answer, "ETag") == tag);
    BOOST_TEST(field_of(answer, "Vary") == "Accept-Encoding");
  }
  BOOST_TEST(status("GET /a.txt", "If-None-Match: \"x\"\r\nIf-Modified-Since: " + time + "\r\n") ==
             "200");
  BOOST_TEST(status("GET /a.txt", "If-Match: \"x\"\r\n") == "412");
  BOOST_TEST(status("GET /a.txt", "If-Match: " + tag + "\r\n") == "200");
  folder.write("www/a.txt", "9876543210");
  BOOST_TEST(status("GET /a.txt", "If-None-Match: " + tag + "\r\n") == "200");
}

BOOST_AUTO_TEST_CASE(a_tag_can_be_of_the_content) {
  SiteServer site({.tag = gnet::web::TagSource::content});
  const std::string tag = field_of(site.ask("GET /a.txt"), "ETag");
  BOOST_TEST(tag == "\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\"");
  const timespec times[] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  BOOST_REQUIRE(utimensat(AT_FDCWD, site.folder.path("www/a.txt").c_str(), times, 0) == 0);
  BOOST_TEST(site.status("GET /a.txt", "If-None-Match: " + tag + "\r\n") == "304");
}

BOOST_FIXTURE_TEST_CASE(a_hash_is_computed_once_for_all_who_ask, Site) {
  const StaticFiles site = files({.tag = gnet::web::TagSource::content});
  TestServer server([&](Request& request, Response& response) { site(request, response); });
  gnet::Group group;
  for (int i = 0; i < 30; ++i) {
    group.spawn([&] { BOOST_TEST(status_of(server.ask("GET /big.txt")) == "200"); });
  }
  group.join();
  BOOST_TEST(site.computations() == 1u);
}

BOOST_AUTO_TEST_CASE(how_long_it_may_be_kept_can_be_told_for_each_file) {
  StaticFilesOptions options;
  options.cache_control = "max-age=60";
  options.immutable = {"/docs/**"};
  options.headers.add("X-All", "1");
  options.headers_for.push_back({"*.txt", {{"X-Text", "2"}, {"Cache-Control", "no-store"}}});
  SiteServer site(std::move(options));
  BOOST_TEST(field_of(site.ask("GET /"), "Cache-Control") == "max-age=60");
  BOOST_TEST(field_of(site.ask("GET /docs/"), "Cache-Control") ==
             "public, max-age=31536000, immutable");
  const std::string text = site.ask("GET /a.txt");
  BOOST_TEST(field_of(text, "X-All") == "1");
  BOOST_TEST(field_of(text, "X-Text") == "2");
  BOOST_TEST(field_of(text, "Cache-Control") == "no-store");
  BOOST_TEST(field_of(site.ask("GET /"), "X-Text") == "");
}

BOOST_AUTO_TEST_CASE(types_and_charset_can_be_told) {
  StaticFilesOptions options;
  options.types = {{"txt", "text/x-mine"}, {"bin", "application/x-mine"}};
  options.charset = "latin1";
  SiteServer site(std::move(options));
  BOOST_TEST(field_of(site.ask("GET /a.txt"), "Content-Type") == "text/x-mine; charset=latin1");
  BOOST_TEST(field_of(site.ask("GET /empty/x.bin"), "Content-Type") == "application/x-mine");
  BOOST_TEST(field_of(site.ask("GET /"), "Content-Type") == "text/html; charset=latin1");
}

// ---- ranges ----

BOOST_FIXTURE_TEST_CASE(a_range_is_sent, SiteServer) {
  const auto part = [&](const std::string& range) {
    const std::string answer = ask("GET /a.txt", "Range: bytes=" + range + "\r\n");
    BOOST_TEST(status_of(answer) == "206", range);
    BOOST_TEST(field_of(answer, "Content-Type") == "text/plain; charset=utf-8");
    return field_of(answer, "Content-Range") + " " + body_of(answer);
  };
  BOOST_TEST(part("2-4") == "bytes 2-4/10 234");
  BOOST_TEST(part("7-") == "bytes 7-9/10 789");
  BOOST_TEST(part("-2") == "bytes 8-9/10 89");
  BOOST_TEST(part("5-99") == "bytes 5-9/10 56789");
  BOOST_TEST(part("0-3,2-6") == "bytes 0-6/10 0123456");
  const std::string beyond = ask("GET /a.txt", "Range: bytes=10-\r\n");
  BOOST_TEST(status_of(beyond) == "416");
  BOOST_TEST(field_of(beyond, "Content-Range") == "bytes */10");
  BOOST_TEST(status("GET /a.txt", "Range: bytes=x\r\n") == "200");
  BOOST_TEST(status("HEAD /a.txt", "Range: bytes=2-4\r\n") == "200");
}

BOOST_FIXTURE_TEST_CASE(several_ranges_are_parts_of_one_answer, SiteServer) {
  const std::string answer = ask("GET /a.txt", "Range: bytes=0-1,4-5,-1\r\n");
  BOOST_TEST(status_of(answer) == "206");
  const std::string type = field_of(answer, "Content-Type");
  BOOST_REQUIRE(type.starts_with("multipart/byteranges; boundary="));
  const std::string line = "--" + type.substr(type.find('=') + 1);
  const auto part = [&](const std::string& range, const std::string& text) {
    return line + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes " + range +
           "/10\r\n\r\n" + text + "\r\n";
  };
  BOOST_TEST(body_of(answer) ==
             part("0-1", "01") + part("4-5", "45") + part("9-9", "9") + line + "--\r\n");
  BOOST_TEST(field_of(answer, "Content-Length") == std::to_string(body_of(answer).size()));
  std::string bomb = "Range: bytes=0-0";
  for (int i = 1; i < 40; ++i) bomb += "," + std::to_string(10 * i) + "-" + std::to_string(10 * i);
  BOOST_TEST(status("GET /big.txt", bomb + "\r\n") == "200");
}

BOOST_FIXTURE_TEST_CASE(a_range_of_another_version_is_the_whole, SiteServer) {
  const timespec times[] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  BOOST_REQUIRE(utimensat(AT_FDCWD, folder.path("www/a.txt").c_str(), times, 0) == 0);
  const std::string first = ask("GET /a.txt");
  const std::string range = "Range: bytes=0-1\r\nIf-Range: ";
  BOOST_TEST(status("GET /a.txt", range + field_of(first, "ETag") + "\r\n") == "206");
  BOOST_TEST(status("GET /a.txt", range + field_of(first, "Last-Modified") + "\r\n") == "206");
  BOOST_TEST(status("GET /a.txt", range + "\"other\"\r\n") == "200");
  BOOST_TEST(status("GET /a.txt", range + "W/" + field_of(first, "ETag") + "\r\n") == "200");
}

// ---- compressed ----

BOOST_FIXTURE_TEST_CASE(text_is_compressed_for_those_who_take_it, SiteServer) {
  for (const std::string coding : {"gzip", "br", "zstd"}) {
    const std::string answer = ask("GET /big.txt", accepts(coding));
    BOOST_TEST(field_of(answer, "Content-Encoding") == coding);
    BOOST_TEST(field_of(answer, "Vary") == "Accept-Encoding");
    BOOST_TEST(field_of(answer, "ETag").ends_with("-" + coding + "\""));
    BOOST_TEST(body_of(answer).size() < kText.size() / 2);
    BOOST_TEST(field_of(answer, "Content-Length") == std::to_string(body_of(answer).size()));
    BOOST_TEST((decoded(answer) == kText));
    const std::string again = ask(
        "GET /big.txt", accepts(coding) + "If-None-Match: " + field_of(answer, "ETag") + "\r\n");
    BOOST_TEST(status_of(again) == "304");
    BOOST_TEST(field_of(ask("HEAD /big.txt", accepts(coding)), "Content-Length") ==
               field_of(answer, "Content-Length"));
  }
  BOOST_TEST(field_of(ask("GET /big.txt", accepts("gzip, br, zstd")), "Content-Encoding") ==
             "zstd");
  BOOST_TEST(field_of(ask("GET /big.txt", accepts("gzip;q=0")), "Content-Encoding") == "");
  BOOST_TEST((body_of(ask("GET /big.txt")) == kText));
}

BOOST_FIXTURE_TEST_CASE(what_is_small_or_a_range_or_no_text_goes_as_it_is, SiteServer) {
  folder.write("www/noise.png", kText);
  for (const std::string line : {"GET /a.txt", "GET /noise.png"}) {
    BOOST_TEST(field_of(ask(line, accepts("gzip")), "Content-Encoding") == "", line);
  }
  const std::string part = ask("GET /big.txt", accepts("gzip") + "Range: bytes=0-3\r\n");
  BOOST_TEST(status_of(part) == "206");
  BOOST_TEST(field_of(part, "Content-Encoding") == "");
  BOOST_TEST(body_of(part) == kText.substr(0, 4));
}

BOOST_FIXTURE_TEST_CASE(what_does_not_become_smaller_goes_as_it_is, SiteServer) {
  std::string noise(3000, '\0');
  unsigned state = 1;
  for (char& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  folder.write("www/noise.txt", noise);
  const std::string answer = ask("GET /noise.txt", accepts("gzip"));
  BOOST_TEST(field_of(answer, "Content-Encoding") == "");
  BOOST_TEST((body_of(answer) == noise));
  BOOST_TEST(!field_of(answer, "ETag").ends_with("-gzip\""));
}

BOOST_FIXTURE_TEST_CASE(what_was_compressed_before_is_taken_unless_it_is_older, SiteServer) {
  folder.write("www/a.txt.br", "as brotli");
  folder.write("www/a.txt.gz", "as gzip");
  const std::string answer = ask("GET /a.txt", accepts("gzip, br"));
  BOOST_TEST(body_of(answer) == "as brotli");
  BOOST_TEST(field_of(answer, "Content-Encoding") == "br");
  BOOST_TEST(field_of(answer, "Content-Type") == "text/plain; charset=utf-8");
  BOOST_TEST(body_of(ask("GET /a.txt", accepts("gzip"))) == "as gzip");
  BOOST_TEST(body_of(ask("GET /a.txt", accepts("gzip, br;q=0.1"))) == "as gzip");
  BOOST_TEST(body_of(ask("GET /a.txt")) == "0123456789");
  const timespec times[] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  BOOST_REQUIRE(utimensat(AT_FDCWD, folder.path("www/a.txt.br").c_str(), times, 0) == 0);
  BOOST_TEST(body_of(ask("GET /a.txt", accepts("gzip, br"))) == "as gzip");
  const std::string itself = ask("GET /a.txt.gz");
  BOOST_TEST(body_of(itself) == "as gzip");
  BOOST_TEST(field_of(itself, "Content-Encoding") == "");
}

BOOST_FIXTURE_TEST_CASE(a_file_is_compressed_once_for_all_who_ask, Site) {
  const StaticFiles site = files();
  TestServer server([&](Request& request, Response& response) { site(request, response); });
  gnet::Group group;
  for (int i = 0; i < 30; ++i) {
    group.spawn([&] { BOOST_TEST((decoded(server.ask("GET /big.txt", accepts("br"))) == kText)); });
  }
  group.join();
  BOOST_TEST(site.computations() == 1u);
  folder.write("www/big.txt", kText + "more");
  BOOST_TEST((decoded(server.ask("GET /big.txt", accepts("br"))) == kText + "more"));
  BOOST_TEST(site.computations() == 2u);
}

// ---- asked for again ----

BOOST_FIXTURE_TEST_CASE(a_file_that_is_known_is_answered_as_at_first, SiteServer) {
  gnet::sleep(std::chrono::milliseconds(40));  // it has not changed just now
  const auto without_date = [](std::string answer) {
    const std::size_t at = answer.find("\r\nDate: ");
    return answer.erase(at, answer.find("\r\n", at + 2) - at);
  };
  const std::string first = without_date(ask("GET /a.txt"));
  for (int i = 0; i < 3; ++i) BOOST_TEST(without_date(ask("GET /a.txt")) == first);
  const std::string head = without_date(ask("HEAD /a.txt"));
  BOOST_TEST(head == first.substr(0, first.find("\r\n\r\n") + 4));
  const std::string tag = "If-None-Match: " + field_of(first, "ETag") + "\r\n";
  BOOST_TEST(status("GET /a.txt", tag) == "304");
  BOOST_TEST(body_of(ask("GET /a.txt", "Range: bytes=2-4\r\n")) == "234");
  BOOST_TEST(status("GET /a.txt", "If-Match: \"other\"\r\n") == "412");
  BOOST_TEST(body_of(ask("GET /a.txt")) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(what_is_known_of_a_file_goes_with_it, SiteServer) {
  const std::string first = ask("GET /a.txt");
  ask("GET /a.txt");
  folder.write("www/a.txt", "9876543210");
  const std::string second = ask("GET /a.txt");
  BOOST_TEST(body_of(second) == "9876543210");
  BOOST_TEST(field_of(second, "ETag") != field_of(first, "ETag"));
  std::filesystem::remove(folder.path("www/a.txt"));
  BOOST_TEST(status("GET /a.txt") == "404");
  folder.write("www/a.txt", "new");
  BOOST_TEST(body_of(ask("GET /a.txt")) == "new");
}

BOOST_FIXTURE_TEST_CASE(a_long_file_goes_by_turns_with_others, Site) {
  folder.write("www/long.bin", std::string(3'000'000, 'x'));
  StaticFiles site = files();
  gnet::http::Handler handler = std::move(site);
  const auto answer = gnet::http::test_handler(handler, {.target = "/long.bin"});
  BOOST_TEST(answer.body.size() == 3'000'000U);
  BOOST_TEST(answer.suspensions >= 10U);
}

BOOST_AUTO_TEST_SUITE_END()
