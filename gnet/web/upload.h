// Files that clients bring, folders that they make, and what they remove.
//
//   gnet::web::Uploads uploads(site, {.upload = true, .mkdir = true, .max_size = 1'000'000'000});
//   if (uploads.handle(request, response, path)) return;  // it was a write, and has its answer
//
//   PUT /a/b.txt               the whole file; 201 with its Location, or 204 if it was replaced
//   PUT, with Content-Range    a part of it; 202 with a Range of what there is until it is whole.
//                              "bytes */1000" without a body asks for that
//   POST /a/, a form           multipart/form-data with any number of files, whose names may have
//                              folders in them; or with the fields "mkdir" or "delete". Browsers
//                              get the page again (303), others a list as JSON (201)
//   MKCOL /a/b/                a folder (RFC 4918 §9.3)
//   DELETE /a/b.txt            a file, a link, or a folder that is empty
//   PUT or POST with Upload-Complete, then HEAD, PATCH and DELETE of what its Location says
//                              an upload that goes on where it was interrupted
//                              (draft-ietf-httpbis-resumable-upload)
//
// A file appears when it is whole and on the disk; until then it has a hidden name, and if it does
// not come to that, because the client leaves, the file is too large (413) or the disk is full
// (507), nothing of it stays. Only uploads that may go on stay for a while.
//
// If-Match, If-None-Match and If-Unmodified-Since of PUT and DELETE are heeded (412).
//
// What a page of another site has a browser send is refused (403), by Origin and Sec-Fetch-Site.
// Who may write at all is for others to decide, before handle() is called.
//
// Threads: const members, and handle(), may be called from any thread.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/chrono.h"
#include "gnet/base/duration.h"
#include "gnet/web/directory.h"

namespace gnet::http {
class Request;
class RequestPath;
class Response;
}  // namespace gnet::http

namespace gnet::web {

// What becomes of an upload whose name is taken.
enum class IfExists : std::uint8_t {
  error,    // 409
  replace,  // it takes the place of the file that was there, at once
  rename,   // it gets another name: "report (1).pdf"
};

struct UploadOptions {
  bool upload = false;
  bool mkdir = false;  // also of folders that an upload needs
  bool remove = false;
  std::string folder = "/";  // as RequestPath::text() has it; nothing outside of it is touched
  IfExists if_exists = IfExists::error;
  std::uint64_t max_size = 1024 * 1024 * 1024;  // bytes of a file; 0: any
  mode_t mode = 0644;                           // of a file, whatever the umask is

  // Of pages elsewhere that may write: "https://app.example"; "*" is any.
  std::vector<std::string> origins{};

  // Uploads that are under way or may go on: how many (beyond: 503), and for how long after
  // something of them has come.
  std::size_t max_unfinished = 256;
  TimeSpan unfinished_age = std::chrono::hours(24);
};

class Uploads {
 public:
  Uploads(Directory directory, UploadOptions options);
  Uploads(const Uploads&) = delete;
  Uploads& operator=(const Uploads&) = delete;
  ~Uploads();

  // Answers a request that is about writing. False: it is none, and nothing was answered. Suspends.
  // Throws HTTPError, and as Request and Response do.
  bool handle(http::Request& request, http::Response& response, const http::RequestPath& path);

  // Whether the options allow anything at this path.
  [[nodiscard]] bool covers(const http::RequestPath& path) const noexcept;

  // The methods for an Allow field, those for reading among them.
  [[nodiscard]] std::string methods() const;

  // Removes what is unfinished; for the end. Suspends.
  void discard_unfinished();

  // Removes what others have left behind that were killed, once it is as old as unfinished uploads
  // may become; for the beginning. Suspends while a thread looks through the folders.
  void discard_stale();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gnet::web
