// The files below a folder, served.
//
//   gnet::web::StaticFiles files("/srv/www", {.cache_control = "max-age=60"});
//   gnet::HTTPServerFactory server("127.0.0.1:8080", std::move(files));
//
//   app.mount("/assets", gnet::web::StaticFiles("assets"));         // below a prefix
//
// GET and HEAD, with strong tags, conditions, ranges, the files' types, and bodies that are
// compressed where the client takes that: from "a.css.br", which may lie beside "a.css" and is no
// older, or on the fly, kept in memory. A folder is answered with its index. What is opened is the
// path that the request was found to ask for (http::RequestPath), and Directory says what is there;
// what is not is HTTPError(404), or 403 for what may not be read.
//
// A file that is asked for again stays open for a second, and small ones in memory. Each time it is
// looked at whether it is still the same: what is written, removed or replaced shows at once, but
// when a folder or a link on the way to it has changed, the file that was there may be served for
// up to a second; and so may what it was before somebody wrote to it through mmap(2).
//
// Threads: all of it may be called from any hub, by many at the same time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/base/unique_function.h"
#include "gnet/http/content_coding.h"
#include "gnet/http/headers.h"
#include "gnet/web/directory.h"

namespace gnet::http {
class Request;
class RequestPath;
class Response;
}  // namespace gnet::http

namespace gnet::web {

// Where the tag of a file comes from.
enum class TagSource : std::uint8_t {
  status,   // its inode, size and time of last change
  content,  // SHA-256 of it, which takes a while once, and is remembered
};

// Fields for files whose path matches a pattern, see glob.h.
struct HeadersFor {
  std::string pattern;
  http::Headers headers;
};

struct StaticFilesOptions {
  DirectoryOptions directory = {};

  // ---- which file ----
  std::vector<std::string> index = {"index.html"};  // of a folder, the first there is
  bool pretty_urls = false;                         // "/about" may be about.html
  // What people see who ask for a page that is not there: for applications that make their pages in
  // the browser. A path, such as "index.html"; empty: none. Only for those who want HTML, and not
  // for names with an extension.
  std::string fallback{};

  // ---- what is said of it ----
  std::vector<std::pair<std::string, std::string>> types{};  // by extension, before those known
  std::string default_type = "application/octet-stream";
  std::string charset = "utf-8";  // of text; empty: none is told
  TagSource tag = TagSource::status;
  std::string cache_control = "no-cache";  // empty: none
  std::vector<std::string> immutable{};    // patterns of files that never change
  http::Headers headers{};                 // of all files
  std::vector<HeadersFor> headers_for{};

  // ---- compressed ----
  using Codings = std::vector<http::ContentCoding>;  // what is liked best comes first
  Codings precompressed = {http::ContentCoding::zstd, http::ContentCoding::br,
                           http::ContentCoding::gzip};
  Codings compress = precompressed;
  std::uint64_t compress_from = 1024;               // bytes; what is smaller is sent as it is
  std::uint64_t compress_to = 8 * 1024 * 1024;      // and so is what is larger
  std::size_t compressed_bytes = 64 * 1024 * 1024;  // that are remembered

  // Answers for a folder that has no index. Without one it is not there.
  using FolderHandler = UniqueFunction<void(http::Request& request, http::Response& response,
                                            const http::RequestPath& path)>;
  FolderHandler folder{};
};

class StaticFiles {
 public:
  // Throws SystemError where there is no such folder.
  explicit StaticFiles(const std::string& folder, StaticFilesOptions options = {});
  StaticFiles(StaticFiles&&) noexcept;
  StaticFiles& operator=(StaticFiles&&) noexcept;
  ~StaticFiles();

  [[nodiscard]] const Directory& directory() const noexcept;

  // Answers for the path of the request, or, below a route, for what is below it. Suspends as
  // Response::send_file(). Throws HTTPError: 400, 403, 404, 405, 412, 416.
  void operator()(http::Request& request, http::Response& response) const;

  // As above, for another path than that of the request.
  void serve(http::Request& request, http::Response& response, const http::RequestPath& path) const;

  // Has every file looked up anew from now on: see above.
  void refresh() const noexcept;

  // How many files were compressed or hashed so far.
  [[nodiscard]] std::size_t computations() const;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace gnet::web
