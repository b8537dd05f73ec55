#include "commands/http_site.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "cli/out/failure.h"
#include "commands/archive_library.h"
#include "commands/qr_code.h"
#include "gnet/base/error.h"
#include "gnet/base/utf8.h"
#include "gnet/http/http_error.h"
#include "gnet/http/percent.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"

namespace commands {
namespace {

using gnet::http::Access;
using gnet::http::HTTPError;
using gnet::http::Request;
using gnet::http::RequestPath;
using gnet::http::Response;

[[noreturn]] void fail_to_serve(const std::string& path, std::error_code code) {
  throw cli::Failure(cli::Exit::io,
                     "cannot serve '" + gnet::printable(path) + "': " + gnet::describe(code), {},
                     {}, code);
}

std::string_view name_of(ArchiveKind kind) noexcept {
  switch (kind) {
    case ArchiveKind::tar:
      return "tar";
    case ArchiveKind::tgz:
      return "tgz";
    case ArchiveKind::zip:
      break;
  }
  return "zip";
}

// Without links and dots.
std::string full_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> full(realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (!full) fail_to_serve(path, gnet::last_error());
  return full.get();
}

bool is_folder(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail_to_serve(path, gnet::last_error());
  if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) {
    throw cli::Failure(cli::Exit::io, "cannot serve '" + gnet::printable(path) +
                                          "': it is neither a file nor a folder");
  }
  return S_ISDIR(status.st_mode);
}

RequestPath path_of(const Request& request) {
  gnet::http::PathFault fault{};
  auto path = RequestPath::parse(request.path(), {.utf8 = false}, &fault);
  if (path) return std::move(*path);
  throw HTTPError(400, "the path has " + std::string(gnet::http::describe(fault)));
}

bool is_reading(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace

HTTPSite::HTTPSite(const HTTPServeOptions& options)
    : options_(options),
      prefix_(prefix_of(options)),
      place_(full_path(options.path)),
      gate_(options),
      browsers_(options),
      archives_(archive_kinds(options)),
      pages_(std::make_shared<const ErrorPages>(read_error_pages(options))) {
  auto files = this->files();
  std::string folder = place_;
  if (!is_folder(place_)) {
    const std::size_t slash = place_.rfind('/');
    folder = place_.substr(0, slash == 0 ? 1 : slash);
    only_ = RequestPath::parse("/" + gnet::http::percent_encode(place_.substr(slash + 1),
                                                                gnet::http::EncodeSet::unreserved),
                               {.utf8 = false});
    if (!only_) throw cli::UsageError("a file of this name cannot be served");
    if (options.writes()) throw cli::UsageError("nothing can be uploaded to a file");
    files.directory.hidden = true;
  }
  listing_.readme = options.readme;
  if (!archives_.empty()) static_cast<void>(archive_library());  // it is not there: said now
  for (const ArchiveKind kind : archives_) listing_.archives.push_back(name_of(kind));
  if (options.qr) listing_.draw = qr_svg;
  if (options.listen.tls) listing_.scheme = "https";
  if (!options.theme.empty()) listing_.theme = read_option_file(options.theme);
  listing_.max_upload = options.max_upload.bytes;
  try {
    files_.emplace(folder, std::move(files));
  } catch (const std::system_error& error) {
    fail_to_serve(folder, error.code());
  }
  if (!only_) require_fallback(folder);
  if (options.writes()) uploads_.emplace(files_->directory(), upload_options(options));
}

gnet::web::StaticFilesOptions HTTPSite::files() {
  auto files = files_options(options_);
  if (options_.listing) {
    files.folder = [this](Request& request, Response& response, const RequestPath& path) {
      show_folder(request, response, path);
    };
  }
  return files;
}

// Without its page an application would be 404 on all its paths, and nobody would know why.
void HTTPSite::require_fallback(const std::string& folder) const {
  if (!options_.spa) return;
  const std::string page = fallback_page(options_);
  gnet::web::Absence why{};
  const auto file = files_->directory().open(page, &why);
  if (file && !file->is_folder()) return;
  const auto reason = file                                ? std::errc::is_a_directory
                      : why == gnet::web::Absence::denied ? std::errc::permission_denied
                                                          : std::errc::no_such_file_or_directory;
  const auto code = std::make_error_code(reason);
  const std::string path = (folder.ends_with('/') ? folder : folder + "/") + page;
  throw cli::Failure(
      cli::Exit::io,
      "cannot open '" + gnet::printable(path) + "' of --spa: " + gnet::describe(code), {}, {},
      code);
}

std::function<void()> HTTPSite::reload() {
  auto pages = std::make_shared<const ErrorPages>(read_error_pages(options_));
  return [this, pages = std::move(pages), gate = gate_.reload()] {
    gate();
    files_->refresh();
    tidy();
    const std::lock_guard lock(mutex_);
    pages_ = pages;
  };
}

void HTTPSite::operator()(Request& request, Response& response) {
  try {
    answer(request, response);
  } catch (const HTTPError& error) {
    if (!answer_error(response, error)) throw;
  }
}

void HTTPSite::answer(Request& request, Response& response) {
  browsers_.apply(request, response);
  const std::string methods = uploads_ ? uploads_->methods() : "GET, HEAD";
  if (uploads_ && request.method() == "OPTIONS") {
    response.set("Accept-Patch", "application/partial-upload");
  }
  if (browsers_.answers_preflight(request, response, methods)) return;
  const RequestPath whole = path_of(request);
  const auto path = whole.below(prefix_);
  if (!path) throw HTTPError(404, "there is nothing here");
  gate_.admit(request, *path, is_reading(request.method()) ? Access::read : Access::write);
  if (uploads_ && uploads_->handle(request, response, *path)) return;
  if (!prefix_.empty() && whole.text() == prefix_) {
    const std::string_view asked = request.path();
    const std::string name(asked.substr(asked.rfind('/') + 1));
    response.status(301).set("Location", "./" + name + "/").send({});
  } else {
    read(request, response, *path);
  }
}

void HTTPSite::read(Request& request, Response& response, const RequestPath& path) {
  if (const auto kind = archive_asked_for(request, path)) {
    const ArchiveOptions archive{*kind, archive_name(path)};
    if (send_archive(request, response, files_->directory(), path, archive)) return;
    throw HTTPError(404, "there is nothing here");
  }
  if (!only_) return files_->serve(request, response, path);
  if (path.text() != "/" && path != *only_) throw HTTPError(404, "there is nothing here");
  files_->serve(request, response, *only_);
}

std::optional<ArchiveKind> HTTPSite::archive_asked_for(const Request& request,
                                                       const RequestPath& path) const {
  if (archives_.empty() || only_ || !path.is_folder() || !is_reading(request.method())) return {};
  const auto name = request.query_value("archive");
  const auto kind = name ? archive_kind(*name) : std::nullopt;
  const bool is_allowed = kind && std::ranges::find(archives_, *kind) != archives_.end();
  return is_allowed ? kind : std::nullopt;
}

// That of the folder.
std::string HTTPSite::archive_name(const RequestPath& path) const {
  const std::string_view whole = path.text() == "/" ? std::string_view(place_) : path.relative();
  const std::string name(whole.substr(whole.rfind('/') + 1));
  return name.empty() ? "files" : name;
}

void HTTPSite::tidy() {
  if (!uploads_ || (tidying_ && !tidying_->ready())) return;
  tidying_.emplace(gnet::spawn([this] { uploads_->discard_stale(); }));
}

void HTTPSite::finish() {
  if (tidying_) tidying_->kill();
  if (uploads_) uploads_->discard_unfinished();
}

void HTTPSite::show_folder(Request& request, Response& response, const RequestPath& path) {
  gnet::web::ListingOptions listing = listing_;
  if (uploads_ && uploads_->covers(path)) {
    const auto allowed = upload_options(options_);
    listing.upload = allowed.upload;
    listing.mkdir = allowed.mkdir;
    listing.remove = allowed.remove;
  }
  response.set("Cache-Control", "no-cache");
  if (!gnet::web::send_listing(request, response, files_->directory(), path, listing)) {
    throw HTTPError(404, "there is nothing here");
  }
}

// False: there is no page for it.
bool HTTPSite::answer_error(Response& response, const HTTPError& error) {
  if (response.started()) return false;
  std::shared_ptr<const ErrorPages> pages;
  {
    const std::lock_guard lock(mutex_);
    pages = pages_;
  }
  const auto page = pages->find(error.status());
  response.fail(error);
  if (uploads_ && error.status() == 405) response.set("Allow", uploads_->methods());
  if (page == pages->end()) {
    response.send(std::string(error.what()) + "\n", "text/plain; charset=utf-8");
  } else {
    response.send(page->second.body, page->second.type);
  }
  return true;
}

}  // namespace commands
