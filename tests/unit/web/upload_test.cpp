#include "gnet/web/upload.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "gnet/http/http_error.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/http/request_path.h"
#include "gnet/io/connect.h"
#include "gnet/web/file_answer.h"
#include "tests/unit/eventually.h"
#include "tests/unit/web/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(upload)

using namespace std::chrono_literals;
using namespace std::string_literals;
using gnet::http::HTTPError;
using gnet::http::Request;
using gnet::http::RequestPath;
using gnet::http::Response;
using gnet::web::Directory;
using gnet::web::IfExists;
using gnet::web::UploadOptions;
using gnet::web::Uploads;
using test::eventually;

namespace {

// Everything is allowed, unless a test says otherwise.
UploadOptions all(UploadOptions options = {}) {
  options.upload = options.mkdir = options.remove = true;
  return options;
}

struct Site {
  explicit Site(UploadOptions options = all())
      : uploads(Directory(temporary.path()), std::move(options)),
        factory(gnet::Endpoint::parse("tcp://127.0.0.1:0"),
                [this](Request& request, Response& response) {
                  const auto path = RequestPath::parse(request.path(), {.utf8 = false});
                  if (!path) throw HTTPError(400, "no path");
                  if (!uploads.handle(request, response, *path)) response.send("read\n");
                }) {
    factory.start();
  }

  gnet::Stream connect() { return gnet::connect_stream(factory.local_endpoint()); }

  static std::string head(std::string_view line, std::string_view fields) {
    return std::string(line) + " HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n" +
           std::string(fields) + "\r\n";
  }

  static std::string read_all(gnet::Stream& client) {
    std::string all;
    char buffer[4096];
    while (const std::size_t size = client.receive(buffer, sizeof buffer, 20s)) {
      all.append(buffer, size);
    }
    return all;
  }

  // The answer to a request whose body has a length.
  std::string ask(std::string_view line, std::string_view body = "", std::string fields = "") {
    if (!body.empty()) fields += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    gnet::Stream client = connect();
    client.send_all(head(line, fields));
    client.send_all(body);
    return read_all(client);
  }

  std::string put(std::string_view path, std::string_view body, std::string fields = "") {
    return ask("PUT " + std::string(path), body, std::move(fields));
  }

  // Files of these names, in a form.
  std::string post(std::string_view path,
                   const std::vector<std::pair<std::string, std::string>>& files,
                   std::string fields = "") {
    std::string body;
    for (const auto& [name, text] : files) {
      body += "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
              "\"\r\n\r\n" + text + "\r\n";
    }
    body += "--xx--\r\n";
    return ask("POST " + std::string(path), body,
               fields + "Content-Type: multipart/form-data; boundary=xx\r\n");
  }

  std::string post_fields(std::string_view path, std::string_view body) {
    return ask("POST " + std::string(path), body,
               "Content-Type: application/x-www-form-urlencoded\r\n");
  }

  // Whether a file is being written, which may have no name yet.
  bool is_written() const {
    const std::string root = temporary.path();  // with a slash behind it
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const auto place = std::filesystem::read_symlink(entry.path(), gone);
      if (!gone && place.string().starts_with(root)) return true;
    }
    return false;
  }

  // All names, sorted, hidden ones among them.
  std::string names() const {
    std::vector<std::string> found;
    const std::filesystem::path root = temporary.path();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      found.push_back(entry.path().lexically_relative(root));
    }
    std::sort(found.begin(), found.end());
    std::string text;
    for (const auto& name : found) text += (text.empty() ? "" : " ") + name;
    return text;
  }

  TemporaryFolder temporary;
  Uploads uploads;
  gnet::HTTPServerFactory factory;
};

std::string status_of(const std::string& answer) {
  return answer.size() < 12 ? answer : answer.substr(9, 3);
}

std::string field(const std::string& answer, const std::string& name) {
  const auto at = answer.find("\r\n" + name + ": ");
  if (at == answer.npos) return "none";
  const auto begin = at + name.size() + 4;
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

const std::string kDraft = "Upload-Draft-Interop-Version: 8\r\n";  // who says so is told of more
const std::string kPartial = "Content-Type: application/partial-upload\r\n";

std::string patch_fields(std::size_t offset, bool complete) {
  return kPartial + "Upload-Offset: " + std::to_string(offset) + "\r\nUpload-Complete: ?" +
         (complete ? "1" : "0") + "\r\n";
}

}  // namespace

// ---- PUT ----

BOOST_AUTO_TEST_CASE(a_put_file_is_there_with_its_mode) {
  Site site(all({.mode = 0640}));
  const std::string body(300'000, 'x');
  const std::string answer = site.put("/a%20b.txt", body);
  BOOST_TEST(status_of(answer) == "201");
  BOOST_TEST(field(answer, "Location") == "/a%20b.txt");
  BOOST_TEST(site.temporary.read("a b.txt") == body);
  struct stat status {};
  BOOST_REQUIRE(stat(site.temporary.path("a b.txt").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777u) == 0640u);
  BOOST_TEST(site.names() == "a b.txt");
  BOOST_TEST(status_of(site.put("/empty", "", "Content-Length: 0\r\n")) == "201");
  BOOST_TEST(site.temporary.has("empty"));
}

BOOST_AUTO_TEST_CASE(what_is_not_allowed_is_refused) {
  Site site({.mkdir = true});
  BOOST_TEST(status_of(site.put("/a", "x")) == "403");
  BOOST_TEST(status_of(site.post("/", {{"a", "x"}})) == "403");
  BOOST_TEST(status_of(site.ask("MKCOL /b")) == "201");
  BOOST_TEST(status_of(site.ask("DELETE /b")) == "403");
  BOOST_TEST(status_of(site.ask("GET /b")) == "200");
  Site none(UploadOptions{});
  BOOST_TEST(status_of(none.put("/a", "x")) == "405");
  BOOST_TEST(none.names() == "");
}

BOOST_AUTO_TEST_CASE(only_the_folder_for_uploads_is_written) {
  Site site(all({.folder = "/in"}));
  BOOST_TEST(status_of(site.put("/a", "x")) == "405");
  BOOST_TEST(status_of(site.put("/inner", "x")) == "405");
  BOOST_TEST(status_of(site.put("/in/a", "x")) == "201");
  BOOST_TEST(site.names() == "in in/a");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_an_error_before_the_body_comes) {
  Site site;
  site.temporary.write("a", "old");
  gnet::Stream client = site.connect();
  client.send_all(Site::head("PUT /a", "Content-Length: 1000\r\nExpect: 100-continue\r\n"));
  BOOST_TEST(status_of(Site::read_all(client)) == "409");
  BOOST_TEST(status_of(site.put("/a", "new")) == "409");
  BOOST_TEST(site.temporary.read("a") == "old");
  BOOST_TEST(status_of(site.put("/b", "x", "If-None-Match: *\r\n")) == "201");
  BOOST_TEST(status_of(site.put("/b", "x", "If-None-Match: *\r\n")) == "412");
}

BOOST_AUTO_TEST_CASE(another_version_is_not_touched) {
  Site site(all({.if_exists = IfExists::replace}));
  site.temporary.write("a", "old");
  for (const char* fields :
       {"If-Match: \"other\"\r\n", "If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT\r\n",
        "If-None-Match: *\r\n"}) {
    BOOST_TEST(status_of(site.put("/a", "new", fields)) == "412");
    BOOST_TEST(status_of(site.ask("DELETE /a", "", fields)) == "412");
  }
  BOOST_TEST(status_of(site.put("/b", "new", "If-Match: *\r\n")) == "412");
  BOOST_TEST(site.temporary.read("a") == "old");
  struct stat status {};
  BOOST_REQUIRE(stat(site.temporary.path("a").c_str(), &status) == 0);
  const std::string same = "If-Match: " + gnet::web::tag_of(status).str() + "\r\n";
  BOOST_TEST(status_of(site.put("/a", "new", same)) == "204");
  BOOST_TEST(status_of(site.put("/a", "newer", same)) == "412");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_replaced) {
  Site site(all({.if_exists = IfExists::replace}));
  BOOST_TEST(status_of(site.put("/a", "old")) == "201");
  BOOST_TEST(status_of(site.put("/a", "new")) == "204");
  BOOST_TEST(site.temporary.read("a") == "new");
  site.temporary.write("folder/x", "");
  BOOST_TEST(status_of(site.put("/folder", "new")) == "409");
  BOOST_TEST(site.names() == "a folder folder/x");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_varied) {
  Site site(all({.if_exists = IfExists::rename}));
  for (const char* name : {"/a.tar.gz", "/a.tar.gz", "/a.tar.gz", "/b", "/b"}) {
    BOOST_TEST(status_of(site.put(name, "x")) == "201");
  }
  BOOST_TEST(site.names() == "a.tar (1).gz a.tar (2).gz a.tar.gz b b (1)");
  BOOST_TEST(field(site.put("/b", "x"), "Location") == "/b%20%282%29");
}

BOOST_AUTO_TEST_CASE(names_are_checked) {
  Site site;
  for (const char* name : {"/.hidden", "/.a/b", "/a%0ab", "/a%7fb", "/%ff", "/..%2fb"}) {
    const std::string status = status_of(site.put(name, "x"));
    BOOST_TEST((status == "400" || status == "403"), name << ": " << status);
  }
  BOOST_TEST(status_of(site.put("/" + std::string(256, 'a'), "x")) == "400");
  BOOST_TEST(status_of(site.put("/a/", "x")) == "405");
  BOOST_TEST(site.names() == "");
}

BOOST_AUTO_TEST_CASE(no_link_leads_an_upload_out) {
  Site site;
  TemporaryFolder elsewhere;
  site.temporary.link("out", elsewhere.path());
  BOOST_TEST(status_of(site.put("/out/a", "x")) == "409");
  BOOST_TEST(!elsewhere.has("a"));
}

BOOST_AUTO_TEST_CASE(folders_are_made_for_a_file_if_that_is_allowed) {
  Site site;
  BOOST_TEST(status_of(site.put("/a/b/c", "x")) == "201");
  BOOST_TEST(site.temporary.read("a/b/c") == "x");
  Site strict({.upload = true});
  BOOST_TEST(status_of(strict.put("/a/b", "x")) == "409");
  BOOST_TEST(strict.names() == "");
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_refused_early_and_late) {
  Site site(all({.max_size = 1000}));
  gnet::Stream client = site.connect();
  client.send_all(Site::head("PUT /a", "Content-Length: 1001\r\n"));
  BOOST_TEST(status_of(Site::read_all(client)) == "413");
  BOOST_TEST(status_of(site.put("/a", std::string(1000, 'x'))) == "201");
  gnet::Stream chunked = site.connect();
  chunked.send_all(Site::head("PUT /b", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 3; ++i) chunked.send_all("190\r\n" + std::string(400, 'x') + "\r\n");
  BOOST_TEST(status_of(Site::read_all(chunked)) == "413");
  BOOST_TEST(site.names() == "a");
}

BOOST_AUTO_TEST_CASE(nothing_stays_of_a_client_that_leaves) {
  Site site;
  {
    gnet::Stream client = site.connect();
    client.send_all(Site::head("PUT /a", "Content-Length: 1000000\r\n") +
                    std::string(500'000, 'x'));
    BOOST_TEST(eventually([&] { return site.is_written(); }));
    BOOST_TEST(site.names() == "");  // not even now
  }
  BOOST_TEST(eventually([&] { return !site.is_written() && site.names().empty(); }));
}

BOOST_AUTO_TEST_CASE(nothing_stays_when_the_server_stops) {
  Site site;
  gnet::Stream client = site.connect();
  client.send_all(Site::head("PUT /a", "Content-Length: 1000000\r\n") + std::string(500'000, 'x'));
  BOOST_TEST(eventually([&] { return site.is_written(); }));
  site.factory.stop(0s);
  BOOST_TEST(!site.is_written());
  BOOST_TEST(site.names() == "");
}

// A limit on the size of files is the disk that is full at a known place.
BOOST_AUTO_TEST_CASE(nothing_stays_when_the_disk_is_full) {
  Site site;
  const auto before = signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  BOOST_REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlimit small{400'000, limit.rlim_max};
  BOOST_REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string body(600'000, 'x');
  const std::string part = "Content-Range: bytes 0-599999/700000\r\n";
  const std::string draft = "Upload-Complete: ?0\r\n";
  const std::vector<std::string> answers{site.put("/a", body), site.put("/a", body, part),
                                         site.put("/a", body, draft),
                                         site.post("/", {{"a", body}})};
  BOOST_REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  signal(SIGXFSZ, before);
  for (const auto& answer : answers) BOOST_TEST(status_of(answer) == "507");
  BOOST_TEST(site.names() == "");
}

// ---- forms ----

BOOST_AUTO_TEST_CASE(a_form_brings_files_and_the_folders_around_them) {
  Site site;
  const std::string answer =
      site.post("/", {{"a.txt", "1"}, {"d/e/b.txt", "22"}, {"C:\\x\\c.txt", ""}, {"", ""}});
  BOOST_TEST(status_of(answer) == "201");
  BOOST_TEST(
      answer.ends_with(R"({"files":[{"name":"a.txt","size":1},{"name":"d/e/b.txt","size":2},)"
                       R"({"name":"c.txt","size":0}]})"
                       "\n"));
  BOOST_TEST(site.names() == "a.txt c.txt d d/e d/e/b.txt");
  BOOST_TEST(site.temporary.read("d/e/b.txt") == "22");
  BOOST_TEST(site.post("/d/", {{"z", "1"}}).find(R"([{"name":"z","size":1}])") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_browser_is_shown_the_page_again) {
  Site site;
  const std::string answer = site.post("/", {{"a", "1"}}, "Accept: text/html,*/*;q=0.8\r\n");
  BOOST_TEST(status_of(answer) == "303");
  BOOST_TEST(field(answer, "Location") == "/");
}

BOOST_AUTO_TEST_CASE(names_in_a_form_are_checked) {
  Site site;
  for (const char* name : {"../a", "/etc/passwd", "a//b", "a/../b", ".", "a/.b", "..", "a/"}) {
    const std::string status = status_of(site.post("/", {{name, "x"}}));
    BOOST_TEST((status == "400" || status == "403"), name << ": " << status);
  }
  BOOST_TEST(site.names() == "");
}

BOOST_AUTO_TEST_CASE(forms_have_limits) {
  Site site(all({.max_size = 10}));
  BOOST_TEST(status_of(site.post("/", {{"a", "12345678901"}})) == "413");
  BOOST_TEST(status_of(site.post_fields("/", "mkdir=" + std::string(70'000, 'x'))) == "413");
  BOOST_TEST(status_of(site.ask("POST /", "--xx\r\nbad",
                                "Content-Type: multipart/form-data; "
                                "boundary=xx\r\n")) == "400");
  BOOST_TEST(status_of(site.ask("POST /", "{}", "Content-Type: application/json\r\n")) == "415");
  BOOST_TEST(status_of(site.post_fields("/", "x=y")) == "400");
  BOOST_TEST(site.names() == "");
}

BOOST_AUTO_TEST_CASE(fields_make_folders_and_remove) {
  Site site;
  site.temporary.write("caf\xe9", "");
  BOOST_TEST(status_of(site.post_fields("/", "mkdir=a+b")) == "303");
  BOOST_TEST(status_of(site.post_fields("/", "mkdir=a+b")) == "405");
  const std::string question = site.post_fields("/", "delete=caf%25E9");
  BOOST_TEST(status_of(question) == "200");
  BOOST_TEST(question.find("value=\"caf%E9\"") != question.npos);
  BOOST_TEST(site.temporary.has("caf\xe9"));
  BOOST_TEST(status_of(site.post_fields("/", "delete=caf%25E9&sure=yes")) == "303");
  BOOST_TEST(site.names() == "a b");
  BOOST_TEST(status_of(site.post_fields("/", "delete=..&sure=yes")) == "400");
}

// ---- folders, and removing ----

BOOST_AUTO_TEST_CASE(folders_are_made_and_removed) {
  Site site;
  BOOST_TEST(status_of(site.ask("MKCOL /a/")) == "201");
  BOOST_TEST(status_of(site.ask("MKCOL /a/")) == "405");
  BOOST_TEST(status_of(site.ask("MKCOL /b", "x")) == "415");
  site.temporary.write("a/c", "");
  BOOST_TEST(status_of(site.ask("DELETE /a/")) == "409");
  BOOST_TEST(status_of(site.ask("DELETE /a/c")) == "204");
  BOOST_TEST(status_of(site.ask("DELETE /a/c")) == "404");
  BOOST_TEST(status_of(site.ask("DELETE /a")) == "204");
  BOOST_TEST(status_of(site.ask("DELETE /")) == "400");
  BOOST_TEST(site.names() == "");
}

BOOST_AUTO_TEST_CASE(any_name_can_be_removed) {
  Site site;
  site.temporary.write("a\nb\xff", "");
  BOOST_TEST(status_of(site.ask("DELETE /a%0Ab%FF")) == "204");
  BOOST_TEST(site.names() == "");
}

// ---- pages of others ----

BOOST_AUTO_TEST_CASE(a_page_of_another_site_writes_nothing) {
  Site site;
  for (const char* fields :
       {"Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n", "Origin: http://a.example:81\r\n",
        "Origin: http://a.example.evil\r\n"}) {
    BOOST_TEST(status_of(site.post("/", {{"a", "x"}}, fields)) == "403", fields);
    BOOST_TEST(status_of(site.ask("DELETE /a", "", fields)) == "403", fields);
  }
  BOOST_TEST(site.names() == "");
  BOOST_TEST(status_of(site.post("/", {{"a", "x"}}, "Origin: https://A.example:443\r\n")) == "201");
  BOOST_TEST(status_of(site.put("/b", "x", "Sec-Fetch-Site: same-origin\r\n")) == "201");
  Site open(all({.origins = {"https://app.example"}}));
  BOOST_TEST(status_of(open.put("/b", "x", "Origin: https://app.example\r\n")) == "201");
  BOOST_TEST(status_of(open.put("/c", "x", "Origin: https://evil.example\r\n")) == "403");
}

// ---- parts ----

BOOST_AUTO_TEST_CASE(a_file_comes_in_parts) {
  Site site;
  BOOST_TEST(status_of(site.put("/a", "", "Content-Range: bytes */6\r\n")) == "202");
  std::string answer = site.put("/a", "abc", "Content-Range: bytes 0-2/6\r\n");
  BOOST_TEST(status_of(answer) == "202");
  BOOST_TEST(field(answer, "Range") == "bytes=0-2");
  BOOST_TEST(!site.temporary.has("a"));
  answer = site.put("/a", "f", "Content-Range: bytes 5-5/6\r\n");
  BOOST_TEST(status_of(answer) == "409");
  BOOST_TEST(field(answer, "Range") == "bytes=0-2");
  BOOST_TEST(field(site.put("/a", "", "Content-Range: bytes */6\r\n"), "Range") == "bytes=0-2");
  answer = site.put("/a", "cdef", "Content-Range: bytes 2-5/6\r\n");
  BOOST_TEST(status_of(answer) == "201");
  BOOST_TEST(site.temporary.read("a") == "abcdef");
  BOOST_TEST(site.names() == "a");
}

BOOST_AUTO_TEST_CASE(what_came_of_a_part_stays) {
  Site site;
  {
    gnet::Stream client = site.connect();
    client.send_all(Site::head("PUT /a", "Content-Length: 6\r\nContent-Range: bytes 0-5/6\r\n") +
                    "abc");
  }
  BOOST_TEST(eventually([&] {
    return field(site.put("/a", "", "Content-Range: bytes */6\r\n"), "Range") == "bytes=0-2";
  }));
  BOOST_TEST(status_of(site.put("/a", "def", "Content-Range: bytes 3-5/6\r\n")) == "201");
  BOOST_TEST(site.temporary.read("a") == "abcdef");
}

BOOST_AUTO_TEST_CASE(parts_that_do_not_fit_are_refused) {
  Site site(all({.max_size = 100}));
  BOOST_TEST(status_of(site.put("/a", "ab", "Content-Range: bytes 0-2/6\r\n")) == "400");
  BOOST_TEST(status_of(site.put("/a", "abc", "Content-Range: bytes 0-2/*\r\n")) == "400");
  BOOST_TEST(status_of(site.put("/a", "abc", "Content-Range: lines 0-2/6\r\n")) == "400");
  BOOST_TEST(status_of(site.put("/a", "abc", "Content-Range: bytes 0-2/101\r\n")) == "413");
  BOOST_TEST(site.names() == "");
}

BOOST_AUTO_TEST_CASE(parts_of_another_upload_do_not_mix) {
  Site site;
  site.put("/a", "abc", "Content-Range: bytes 0-2/6\r\n");
  BOOST_TEST(status_of(site.put("/a", "wxyz", "Content-Range: bytes 3-6/7\r\n")) == "409");
  BOOST_TEST(status_of(site.put("/a", "1234567", "Content-Range: bytes 0-6/7\r\n")) == "201");
  BOOST_TEST(site.temporary.read("a") == "1234567");
}

BOOST_AUTO_TEST_CASE(a_part_that_is_refused_leaves_what_is_there) {
  Site site;
  site.put("/a", "abc", "Content-Range: bytes 0-2/6\r\n");
  const std::string answer = site.put("/a", "wxyz", "Content-Range: bytes 3-6/7\r\n");
  BOOST_TEST(status_of(answer) == "409");
  BOOST_TEST(field(answer, "Range") == "bytes=0-2");
  const std::string asked = site.put("/a", "", "Content-Range: bytes */7\r\n");
  BOOST_TEST(status_of(asked) == "202");  // of that one there is nothing
  BOOST_TEST(field(asked, "Range") == "none");
  BOOST_TEST(status_of(site.put("/a", "def", "Content-Range: bytes 3-5/6\r\n")) == "201");
  BOOST_TEST(site.temporary.read("a") == "abcdef");
}

BOOST_AUTO_TEST_CASE(where_nothing_is_a_later_part_is_refused_without_a_range) {
  Site site;
  const std::string answer = site.put("/a", "def", "Content-Range: bytes 3-5/6\r\n");
  BOOST_TEST(status_of(answer) == "409");
  BOOST_TEST(field(answer, "Range") == "none");
  BOOST_TEST(site.names() == "");
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_whole_with_its_size) {
  Site site;
  BOOST_TEST(status_of(site.put("/a", "", "Content-Range: bytes */0\r\n")) == "201");
  BOOST_TEST(site.temporary.read("a") == "");
  BOOST_TEST(site.names() == "a");
}

// ---- draft-ietf-httpbis-resumable-upload ----

BOOST_AUTO_TEST_CASE(an_upload_goes_on_where_it_was) {
  Site site;
  std::string answer = site.put("/d/a", "abc", "Upload-Complete: ?0\r\nUpload-Length: 6\r\n");
  BOOST_TEST(status_of(answer) == "201");
  const std::string place = field(answer, "Location");
  BOOST_TEST(place.starts_with("/d/a?upload="));
  BOOST_TEST(field(answer, "Upload-Limit") == "max-size=1073741824, max-age=86400");
  BOOST_TEST(field(answer, "Upload-Complete") == "?0");
  answer = site.ask("HEAD " + place);
  BOOST_TEST(status_of(answer) == "204");
  BOOST_TEST(field(answer, "Upload-Offset") == "3");
  BOOST_TEST(field(answer, "Upload-Length") == "6");
  BOOST_TEST(field(answer, "Upload-Complete") == "?0");
  BOOST_TEST(field(answer, "Cache-Control") == "no-store");
  answer = site.ask("PATCH " + place, "x", patch_fields(2, false));
  BOOST_TEST(status_of(answer) == "409");
  BOOST_TEST(field(answer, "Upload-Offset") == "3");
  BOOST_TEST(status_of(site.ask("PATCH " + place, "d", patch_fields(3, false))) == "204");
  BOOST_TEST(!site.temporary.has("d/a"));
  answer = site.ask("PATCH " + place, "ef", patch_fields(4, true));
  BOOST_TEST(status_of(answer) == "201");
  BOOST_TEST(field(answer, "Upload-Complete") == "?1");
  BOOST_TEST(field(answer, "Location") == "/d/a");
  BOOST_TEST(site.temporary.read("d/a") == "abcdef");
  BOOST_TEST(status_of(site.ask("HEAD " + place)) == "404");
  BOOST_TEST(site.names() == "d d/a");
}

BOOST_AUTO_TEST_CASE(what_came_of_an_upload_stays) {
  Site site;
  const std::string place =
      field(site.put("/a", "", "Upload-Complete: ?0\r\nContent-Length: 0\r\n"), "Location");
  {
    gnet::Stream client = site.connect();
    client.send_all(Site::head("PATCH " + place, patch_fields(0, true) + "Content-Length: 6\r\n") +
                    "abcd");
  }
  BOOST_TEST(eventually([&] { return field(site.ask("HEAD " + place), "Upload-Offset") == "4"; }));
  BOOST_TEST(status_of(site.ask("PATCH " + place, "ef", patch_fields(4, true))) == "201");
  BOOST_TEST(site.temporary.read("a") == "abcdef");
}

BOOST_AUTO_TEST_CASE(an_upload_in_one_go_needs_no_more) {
  Site site;
  const std::string answer = site.put("/a", "abc", kDraft + "Upload-Complete: ?1\r\n");
  BOOST_TEST(status_of(answer) == "104");
  const std::string final = answer.substr(answer.find("\r\n\r\n") + 2);
  BOOST_TEST(final.starts_with("\r\nHTTP/1.1 201 "));
  BOOST_TEST(field(final, "Location") == "/a");
  BOOST_TEST(field(final, "Upload-Complete") == "?1");
  BOOST_TEST(site.names() == "a");
}

BOOST_AUTO_TEST_CASE(an_upload_in_one_go_can_go_on_if_its_client_was_told) {
  Site site;
  std::string place;
  {
    gnet::Stream client = site.connect();
    client.send_all(Site::head("PUT /a", kDraft + "Upload-Complete: ?1\r\nContent-Length: 6\r\n") +
                    "abc");
    std::string interim;
    char c = 0;
    while (!interim.ends_with("\r\n\r\n") && client.receive(&c, 1, 20s) == 1) interim += c;
    BOOST_TEST(interim.starts_with("HTTP/1.1 104 Upload Resumption Supported\r\n"));
    BOOST_TEST(field(interim, "Upload-Draft-Interop-Version") == "8");
    BOOST_TEST(field(interim, "Upload-Limit") == "max-size=1073741824, max-age=86400");
    place = field(interim, "Location");
  }
  BOOST_TEST(eventually([&] { return field(site.ask("HEAD " + place), "Upload-Offset") == "3"; }));
  BOOST_TEST(status_of(site.ask("PATCH " + place, "def", patch_fields(3, true))) == "201");
  BOOST_TEST(site.temporary.read("a") == "abcdef");
}

BOOST_AUTO_TEST_CASE(an_upload_in_one_go_of_which_its_client_knows_nothing_does_not_stay) {
  Site site;
  for (const char* version : {"", "Upload-Draft-Interop-Version: 6\r\n"}) {
    gnet::Stream client = site.connect();
    client.send_all(
        Site::head("PUT /a", version + "Upload-Complete: ?1\r\nContent-Length: 6\r\n"s) + "abc");
    BOOST_TEST(eventually([&] { return site.names() != ""; }));
    client = gnet::Stream();
    BOOST_TEST(eventually([&] { return site.names() == ""; }));
  }
}

BOOST_AUTO_TEST_CASE(a_post_begins_an_upload_whose_name_is_told) {
  Site site;
  const std::string fields =
      "Upload-Complete: ?0\r\n"
      "Content-Disposition: inline; filename=\"x/a b\"\r\n";
  const std::string place = field(site.ask("POST /", "ab", fields), "Location");
  BOOST_TEST(status_of(site.ask("PATCH " + place, "", patch_fields(2, true))) == "201");
  BOOST_TEST(site.temporary.read("a b") == "ab");
  BOOST_TEST(status_of(site.ask("POST /", "ab", "Upload-Complete: ?0\r\n")) == "400");
}

BOOST_AUTO_TEST_CASE(an_upload_can_be_given_up) {
  Site site;
  const std::string place = field(site.put("/a", "abc", "Upload-Complete: ?0\r\n"), "Location");
  BOOST_TEST(site.names() != "");
  BOOST_TEST(status_of(site.ask("DELETE " + place)) == "204");
  BOOST_TEST(site.names() == "");
  BOOST_TEST(status_of(site.ask("PATCH " + place, "x", patch_fields(3, true))) == "404");
}

BOOST_AUTO_TEST_CASE(lengths_have_to_agree) {
  Site site(all({.max_size = 100}));
  const std::string begin = "Upload-Complete: ?0\r\nUpload-Length: ";
  BOOST_TEST(status_of(site.put("/a", "abc", begin + "101\r\n")) == "413");
  BOOST_TEST(status_of(site.put("/a", "abc",
                                "Upload-Complete: ?1\r\nUpload-Length: "
                                "4\r\n")) == "400");
  BOOST_TEST(site.names() == "");
  const std::string place = field(site.put("/a", "abc", begin + "5\r\n"), "Location");
  BOOST_TEST(status_of(site.ask("PATCH " + place, "d", patch_fields(3, true))) == "400");
  BOOST_TEST(status_of(site.ask("PATCH " + place, "def", patch_fields(3, false))) == "413");
  BOOST_TEST(status_of(site.ask("HEAD " + place)) == "404");
  BOOST_TEST(site.names() == "");
}

BOOST_AUTO_TEST_CASE(a_part_says_what_it_is) {
  Site site;
  const std::string place = field(site.put("/a", "abc", "Upload-Complete: ?0\r\n"), "Location");
  BOOST_TEST(status_of(site.ask("PATCH " + place, "d", "Upload-Offset: 3\r\n")) == "415");
  BOOST_TEST(status_of(site.ask("PATCH " + place, "d", kPartial)) == "400");
  BOOST_TEST(status_of(site.ask("PATCH " + place, "d",
                                kPartial + "Upload-Offset: 3.0\r\nUpload-Complete: ?1\r\n")) ==
             "400");
  BOOST_TEST(status_of(site.ask("PATCH /a", "d", patch_fields(3, true))) == "405");
}

BOOST_AUTO_TEST_CASE(unfinished_uploads_are_few_and_do_not_stay_for_ever) {
  Site site(all({.max_unfinished = 2, .unfinished_age = 50ms}));
  const std::string begin = "Upload-Complete: ?0\r\n";
  BOOST_TEST(status_of(site.put("/a", "x", begin)) == "201");
  BOOST_TEST(status_of(site.put("/b", "x", begin)) == "201");
  BOOST_TEST(status_of(site.put("/c", "x", begin)) == "503");
  BOOST_TEST(eventually(
      [&] { return status_of(site.ask("DELETE /none")) == "404" && site.names() == ""; }));
  BOOST_TEST(status_of(site.put("/c", "x", begin)) == "201");
  site.uploads.discard_unfinished();
  BOOST_TEST(site.names() == "");
}

BOOST_AUTO_TEST_SUITE_END()
