// The site of `gnet http-serve`: which request gets what.
//
//   HTTPSite site(options);
//   site(request, response);
//
// A request passes by the fields for browsers, the prefix, the gate, and is then a write, a folder
// or a file. What is refused on the way gets the page that there is for its status.
//
// Threads: all but reload() may be called from any hub.

#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "commands/http_browser_rules.h"
#include "commands/http_gate.h"
#include "commands/http_serve_options.h"
#include "commands/http_site_options.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/request_path.h"
#include "gnet/web/listing.h"
#include "gnet/web/static_files.h"
#include "gnet/web/upload.h"

namespace gnet::http {
class HTTPError;
class Request;
class Response;
}  // namespace gnet::http

namespace commands {

class HTTPSite {
 public:
  // Opens the folder, or the one in which the file is, and reads what the options name. Throws
  // Failure.
  explicit HTTPSite(const HTTPServeOptions& options);

  void operator()(gnet::http::Request& request, gnet::http::Response& response);

  // Reads passwords, tokens and error pages again; the function puts them in place, and has files
  // looked up anew. Throws Failure.
  [[nodiscard]] std::function<void()> reload();

  // Looks for what uploads have left behind whose process was killed, in a fiber.
  void tidy();

  // When nothing is served any more: removes uploads that were not finished. Suspends.
  void finish();

  // The path below which it is: "" or "/docs".
  [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }

  // The folder or the file, in full.
  [[nodiscard]] const std::string& place() const noexcept { return place_; }

 private:
  [[nodiscard]] gnet::web::StaticFilesOptions files();
  void require_fallback(const std::string& folder) const;
  void answer(gnet::http::Request& request, gnet::http::Response& response);
  void read(gnet::http::Request& request, gnet::http::Response& response,
            const gnet::http::RequestPath& path);
  void show_folder(gnet::http::Request& request, gnet::http::Response& response,
                   const gnet::http::RequestPath& path);
  [[nodiscard]] std::optional<ArchiveKind> archive_asked_for(
      const gnet::http::Request& request, const gnet::http::RequestPath& path) const;
  [[nodiscard]] std::string archive_name(const gnet::http::RequestPath& path) const;
  bool answer_error(gnet::http::Response& response, const gnet::http::HTTPError& error);

  const HTTPServeOptions& options_;
  std::string prefix_;
  std::string place_;
  std::optional<gnet::http::RequestPath> only_;  // the one file that is served; nothing: a folder
  HTTPGate gate_;
  HTTPBrowserRules browsers_;
  std::vector<ArchiveKind> archives_;
  gnet::web::ListingOptions listing_;
  std::optional<gnet::web::StaticFiles> files_;
  std::optional<gnet::web::Uploads> uploads_;
  std::optional<gnet::Fiber<>> tidying_;
  std::mutex mutex_;
  std::shared_ptr<const ErrorPages> pages_;
};

}  // namespace commands
