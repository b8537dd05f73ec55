// Requests that write files: parts of bodies, forms, uploads that go on. However they are put
// together, nothing is written beside the folder, no file is longer than it may be, a whole file is
// what was sent, every request is answered, and in the end nothing unfinished is left.
//
// An input is requests with a byte 0 between: "METHOD TARGET", fields, an empty line, the body. "@"
// as the target is the Location of the last answer that had one.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gnet/http/handler_test.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/request_path.h"
#include "gnet/http/response.h"
#include "gnet/os/file.h"
#include "gnet/web/directory.h"
#include "gnet/web/upload.h"
#include "tests/unit/web/temporary_folder.h"

namespace {

namespace fs = std::filesystem;
using gnet::http::Request;
using gnet::http::RequestPath;
using gnet::http::Response;
using gnet::http::TestAnswer;
using gnet::http::TestRequest;

constexpr std::uint64_t kMaxSize = 1000;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string_view take(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view word = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return word;
}

// Throws std::invalid_argument for what cannot be sent.
TestRequest request_of(std::string_view text, const std::string& location) {
  std::string_view line = take(text, '\n');
  TestRequest request;
  request.method = take(line, ' ');
  request.target = line == "@" ? location : std::string(line);
  for (line = take(text, '\n'); !line.empty(); line = take(text, '\n')) {
    const std::string_view name = take(line, ':');
    request.headers.add(name, line.substr(line.starts_with(' ') ? 1 : 0));
  }
  request.body = text;
  return request;
}

void answer(gnet::web::Uploads& uploads, Request& request, Response& response) {
  const auto path = RequestPath::parse(request.path(), {.utf8 = false});
  if (!path) throw gnet::http::HTTPError(400, "no path");
  if (!uploads.handle(request, response, *path)) response.send("read\n");
}

// What a PUT of a whole file has left.
void check_file(const fs::path& site, const TestRequest& request) {
  for (const char* name : {"Content-Range", "Upload-Complete", "Upload-Offset"}) {
    if (request.headers.has(name)) return;
  }
  const auto path =
      RequestPath::parse(request.target.substr(0, request.target.find('?')), {.utf8 = false});
  require(path.has_value());
  require(gnet::read_file((site / std::string(path->relative())).string()) == request.body);
}

void check_tree(const fs::path& outside) {
  for (const auto& entry : fs::directory_iterator(outside)) {
    require(entry.path().filename() == "site");
  }
  for (const auto& entry : fs::recursive_directory_iterator(outside / "site")) {
    if (entry.is_regular_file()) require(entry.file_size() <= kMaxSize);
  }
}

void require_nothing_unfinished(const fs::path& site) {
  for (const auto& entry : fs::recursive_directory_iterator(site)) {
    require(!entry.path().filename().string().starts_with(".gnet"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const TemporaryFolder folder;
  const fs::path outside(folder.path());
  const fs::path site = outside / "site";
  fs::create_directory(site);
  gnet::web::Uploads uploads(gnet::web::Directory(site.string()),
                             {.upload = true,
                              .mkdir = true,
                              .remove = true,
                              .if_exists = static_cast<gnet::web::IfExists>(size % 3),
                              .max_size = kMaxSize,
                              .max_unfinished = 4});
  const auto handler = [&](Request& request, Response& response) {
    answer(uploads, request, response);
  };
  std::string location = "/";
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (int left = 8; left > 0 && !rest.empty(); --left) {
    TestRequest request;
    TestAnswer got;
    try {
      request = request_of(take(rest, '\0'), location);
      got = gnet::http::test_handler(handler, request);
    } catch (const std::invalid_argument&) {
      continue;
    }
    require(got.status >= 200 && got.status != 500);
    if (const auto there = got.headers.get("Location")) location = *there;
    const bool is_put = request.method == "PUT" && size % 3 != 2;
    if (is_put && (got.status == 201 || got.status == 204)) check_file(site, request);
    check_tree(outside);
  }
  uploads.discard_unfinished();
  require_nothing_unfinished(site);
  return 0;
}
