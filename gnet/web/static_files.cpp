#include "gnet/web/static_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/http/accept.h"
#include "gnet/http/content_coding.h"
#include "gnet/http/http_error.h"
#include "gnet/http/media_type.h"
#include "gnet/http/request.h"
#include "gnet/http/request_path.h"
#include "gnet/http/response.h"
#include "gnet/web/file_answer.h"
#include "gnet/web/file_cache.h"
#include "gnet/web/file_content.h"
#include "gnet/web/glob.h"
#include "gnet/web/result_cache.h"

namespace gnet::web {
namespace {

using detail::FileCache;
using detail::KnownFile;
using http::ContentCoding;
using http::FieldName;
using http::HTTPError;
using http::Request;
using http::RequestPath;
using http::Response;
using FilePtr = std::shared_ptr<KnownFile>;

constexpr std::size_t kHashes = 4 * 1024 * 1024;  // bytes of them that are remembered
constexpr std::string_view kForever = "public, max-age=31536000, immutable";

// What a file has beside it that was compressed before.
std::string_view suffix_of(ContentCoding coding) noexcept {
  switch (coding) {
    case ContentCoding::gzip:
      return ".gz";
    case ContentCoding::br:
      return ".br";
    case ContentCoding::zstd:
      return ".zst";
    case ContentCoding::identity:
    case ContentCoding::deflate:
      break;
  }
  return ".zz";
}

// Names this version of a file for as long as the server runs.
std::string key_of(const struct stat& status, std::string_view what) {
  return fmt::format("{:x}-{:x}-{:x}-{}.{}-{}.{} {}", status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                     status.st_ctim.tv_nsec, what);
}

bool is_older(const struct stat& a, const struct stat& b) noexcept {
  return std::pair(a.st_mtim.tv_sec, a.st_mtim.tv_nsec) <
         std::pair(b.st_mtim.tv_sec, b.st_mtim.tv_nsec);
}

std::string_view last_segment(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1);
}

std::string_view extension_of(std::string_view path) noexcept {
  const std::string_view name = last_segment(path);
  const std::size_t dot = name.rfind('.');
  return dot == name.npos || dot == 0 ? std::string_view() : name.substr(dot + 1);
}

// What is below a route was decoded already: what a path would decode again is encoded.
std::string as_raw_path(std::string_view below) {
  std::string raw = "/";
  for (const char c : below) {
    if (c == '%' || c == '?' || c == '#') {
      raw += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      raw += c;
    }
  }
  return raw;
}

RequestPath path_of(const Request& request) {
  const auto below = request.below();
  http::PathFault fault{};
  auto path =
      RequestPath::parse(below ? as_raw_path(*below) : request.path(), {.utf8 = false}, &fault);
  if (path) return std::move(*path);
  throw HTTPError(400, "the path has " + std::string(describe(fault)));
}

// To the same with a slash behind it, which is relative, so that it stays on this server whatever
// the path looks like, and below the prefix that a proxy may have taken away.
void redirect_to_folder(const Request& request, Response& response) {
  std::string location = "./" + std::string(last_segment(request.path())) + "/";
  if (!request.query().empty()) location += "?" + std::string(request.query());
  response.status(301).set("Location", location).send({});
}

}  // namespace

struct StaticFiles::Data {
  struct Found {
    std::shared_ptr<KnownFile> file;
    bool is_fallback = false;
  };

  Data(const std::string& folder, StaticFilesOptions given)
      : directory(folder, given.directory),
        files(directory),
        options(std::move(given)),
        compressed(options.compressed_bytes),
        hashes(kHashes) {}

  std::optional<Found> open(std::string path, Absence* why) const;
  std::optional<Found> find(const RequestPath& path, Absence* why) const;
  std::optional<Found> find_index(const RequestPath& path, Absence* why) const;
  std::optional<Found> fallback_for(const Request& request, const RequestPath& path) const;
  std::optional<std::pair<Found, ContentCoding>> find_compressed(const Found& found,
                                                                 http::AcceptField accept) const;

  void send(Request& request, Response& response, const Found& found);
  bool send_compressed(Request& request, Response& response, const FilePtr& file,
                       ContentCoding coding);
  void send_beside(Request& request, Response& response, const FilePtr& file, ContentCoding coding);
  void send_whole(Response& response, KnownFile& file);
  [[nodiscard]] const KnownFile::Head& head_of(const FilePtr& file);
  [[nodiscard]] http::Headers fields_of(std::string_view path, const std::string& type) const;
  [[nodiscard]] std::string type_of(std::string_view path) const;
  [[nodiscard]] http::Validators version_of(const FilePtr& file, ContentCoding coding);

  Directory directory;
  FileCache files;
  StaticFilesOptions options;
  detail::ResultCache compressed;
  detail::ResultCache hashes;
};

StaticFiles::StaticFiles(const std::string& folder, StaticFilesOptions options)
    : data_(std::make_unique<Data>(folder, std::move(options))) {}
StaticFiles::StaticFiles(StaticFiles&&) noexcept = default;
StaticFiles& StaticFiles::operator=(StaticFiles&&) noexcept = default;
StaticFiles::~StaticFiles() = default;

const Directory& StaticFiles::directory() const noexcept {
  return data_->directory;
}

void StaticFiles::refresh() const noexcept {
  data_->files.clear();
}

std::size_t StaticFiles::computations() const {
  return data_->compressed.computations() + data_->hashes.computations();
}

void StaticFiles::operator()(Request& request, Response& response) const {
  const RequestPath path = path_of(request);
  // A route itself, asked for without a slash: what its page links to would be looked for beside
  // it.
  const bool is_route = request.below() && request.below()->empty();
  if (is_route && !request.path().ends_with('/')) return redirect_to_folder(request, response);
  serve(request, response, path);
}

void StaticFiles::serve(Request& request, Response& response, const RequestPath& path) const {
  if (request.method() != "GET" && request.method() != "HEAD") {
    throw HTTPError(405, "files are only read here").set("Allow", "GET, HEAD");
  }
  Absence why = Absence::missing;
  auto found = data_->find(path, &why);
  if (found && !found->file->is_folder()) {
    return data_->send(request, response, *found);
  }
  if (found && !path.is_folder()) return redirect_to_folder(request, response);
  if (found && data_->options.folder) return data_->options.folder(request, response, path);
  if (why == Absence::denied) throw HTTPError(403, "this may not be read");
  found = data_->fallback_for(request, path);
  if (!found) throw HTTPError(404, "there is nothing here");
  data_->send(request, response, *found);
}

// ---- which file ----

std::optional<StaticFiles::Data::Found> StaticFiles::Data::open(std::string path,
                                                                Absence* why) const {
  auto file = files.open(std::move(path), why);
  if (!file) return std::nullopt;
  return Found{std::move(file)};
}

// A file, or a folder that is to be shown as such, or that was asked for without its slash.
std::optional<StaticFiles::Data::Found> StaticFiles::Data::find(const RequestPath& path,
                                                                Absence* why) const {
  if (path.is_folder()) return find_index(path, why);
  auto found = open(std::string(path.relative()), why);
  if (found || !options.pretty_urls || *why != Absence::missing) return found;
  found = open(std::string(path.relative()) + ".html", why);
  return found && !found->file->is_folder() ? std::move(found) : std::nullopt;
}

std::optional<StaticFiles::Data::Found> StaticFiles::Data::find_index(const RequestPath& path,
                                                                      Absence* why) const {
  const std::string folder(path.relative());
  for (const std::string& name : options.index) {
    auto found = open(folder == "." ? name : folder + "/" + name, why);
    if (found && !found->file->is_folder()) return found;
    if (*why == Absence::denied) return std::nullopt;
  }
  auto found = open(folder, why);
  return found && found->file->is_folder() ? std::move(found) : std::nullopt;
}

// Who looks for a script, a picture or an answer of an interface is not helped by a page.
std::optional<StaticFiles::Data::Found> StaticFiles::Data::fallback_for(
    const Request& request, const RequestPath& path) const {
  if (options.fallback.empty() || !extension_of(path.text()).empty()) return std::nullopt;
  if (path.is_hidden() && !options.directory.hidden) return std::nullopt;
  std::optional<std::string> accept;
  if (request.headers().has(FieldName::accept))
    accept = request.headers().joined(FieldName::accept);
  if (!http::wants_html(accept)) return std::nullopt;
  Absence why{};
  auto found = open(options.fallback, &why);
  if (!found || found->file->is_folder()) return std::nullopt;
  found->is_fallback = true;
  return found;
}

// What lies beside it in a coding that the client likes best, and is no older.
std::optional<std::pair<StaticFiles::Data::Found, ContentCoding>>
StaticFiles::Data::find_compressed(const Found& found, http::AcceptField accept) const {
  StaticFilesOptions::Codings offers = options.precompressed;
  for (;;) {
    const auto coding = http::choose_content_coding(accept, offers);
    if (!coding || *coding == ContentCoding::identity) return std::nullopt;
    Absence why{};
    auto beside = open(found.file->path + std::string(suffix_of(*coding)), &why);
    if (beside && !beside->file->is_folder() &&
        !is_older(beside->file->status, found.file->status)) {
      return std::pair(std::move(*beside), *coding);
    }
    std::erase(offers, *coding);
  }
}

// ---- what is said of it ----

std::string StaticFiles::Data::type_of(std::string_view path) const {
  const std::string_view extension = extension_of(path);
  for (const auto& [known, type] : options.types) {
    if (known != extension) continue;
    const bool is_text = !options.charset.empty() && http::has_charset(type);
    return is_text ? type + "; charset=" + options.charset : type;
  }
  return http::content_type_of(path, options.charset, options.default_type);
}

http::Headers StaticFiles::Data::fields_of(std::string_view path, const std::string& type) const {
  http::Headers headers;
  headers.set("Content-Type", type);
  headers.set("X-Content-Type-Options", "nosniff");
  if (!options.cache_control.empty()) headers.set("Cache-Control", options.cache_control);
  for (const auto& field : options.headers) headers.set(field.name, field.value);
  if (options.immutable.empty() && options.headers_for.empty()) return headers;
  const std::string whole = "/" + std::string(path);
  const auto matches = [&](const std::string& pattern) { return matches_glob(pattern, whole); };
  if (std::ranges::any_of(options.immutable, matches)) headers.set("Cache-Control", kForever);
  for (const auto& [pattern, fields] : options.headers_for) {
    if (!matches(pattern)) continue;
    for (const auto& field : fields) headers.set(field.name, field.value);
  }
  return headers;
}

http::Validators StaticFiles::Data::version_of(const FilePtr& file, ContentCoding coding) {
  const std::string_view suffix =
      coding == ContentCoding::identity ? std::string_view() : http::to_string(coding);
  const auto modified = modified_of(file->status);
  if (options.tag == TagSource::status) {
    return {.tag = tag_of(file->status, suffix), .modified = modified};
  }
  const auto hash = hashes.get(key_of(file->status, "sha256"), [file](const auto& stop) {
    return detail::hash_file(file->fd.get(), file->size(), stop);
  });
  return {.tag = tag_of(*hash, suffix), .modified = modified};
}

// Made once, for as long as it is known.
const KnownFile::Head& StaticFiles::Data::head_of(const FilePtr& file) {
  if (file->head) return *file->head;
  auto head = std::make_unique<KnownFile::Head>();
  head->type = type_of(file->path);
  head->fields = fields_of(file->path, head->type);
  head->version = version_of(file, ContentCoding::identity);
  head->varies =
      (!options.precompressed.empty() || !options.compress.empty()) &&
      http::is_compressible(std::string_view(head->type).substr(0, head->type.find(';')));
  head->whole = head->fields;
  set_file_fields(head->whole, head->version);
  if (!file->head) file->head = std::move(head);
  return *file->head;
}

// ---- sending ----

void StaticFiles::Data::send(Request& request, Response& response, const Found& found) {
  KnownFile& file = *found.file;
  const KnownFile::Head& head = head_of(found.file);
  // Ranges are of the file as it is, whatever is accepted.
  const bool negotiates = head.varies && request.headers().has(FieldName::accept_encoding) &&
                          !request.headers().has(FieldName::range);
  const bool whole = !negotiates && asks_for_all(request);
  response.headers().put(whole ? head.whole : head.fields);
  // There may be something at that path tomorrow.
  if (found.is_fallback) response.set("Cache-Control", "no-cache");
  if (head.varies) response.headers().add("Vary", "Accept-Encoding");
  if (whole) return send_whole(response, file);
  if (negotiates) {
    const std::string accept = request.headers().joined(FieldName::accept_encoding);
    if (auto beside = find_compressed(found, accept)) {
      return send_beside(request, response, beside->first.file, beside->second);
    }
    const auto coding = http::choose_content_coding(accept, options.compress);
    if (coding && *coding != ContentCoding::identity &&
        send_compressed(request, response, found.file, *coding)) {
      return;
    }
  }
  answer_with_file(request, response, file.fd.get(), file.size(), head.version);
}

void StaticFiles::Data::send_whole(Response& response, KnownFile& file) {
  if (const std::string* const content = files.content(file)) return response.send(*content);
  response.send_file(file.fd.get(), 0, file.size());
}

void StaticFiles::Data::send_beside(Request& request, Response& response, const FilePtr& file,
                                    ContentCoding coding) {
  response.headers().set("Content-Encoding", http::to_string(coding));
  answer_with_file(request, response, file->fd.get(), file->size(), version_of(file, coding));
}

// False: it is not worth it, or could not be done.
bool StaticFiles::Data::send_compressed(Request& request, Response& response, const FilePtr& file,
                                        ContentCoding coding) {
  const std::uint64_t size = file->size();
  if (size < options.compress_from || size > options.compress_to) return false;
  const http::Validators version = version_of(file, coding);
  if (answered_by_conditions(request, response, version)) return true;
  detail::ResultCache::Result body;
  try {
    body = compressed.get(key_of(file->status, http::to_string(coding)),
                          [file, size, coding](const auto& stop) {
                            return detail::compress_file(file->fd.get(), size, coding, stop);
                          });
  } catch (const std::exception& error) {
    request.log().warn("cannot compress {}: {}", request.target(), describe(error));
  }
  if (!body || body->empty()) return false;
  response.headers().set("Content-Encoding", http::to_string(coding));
  response.send(*body);
  return true;
}

}  // namespace gnet::web
