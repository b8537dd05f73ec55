#include "commands/http_site_options.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/line/value.h"
#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/http/field_name.h"
#include "gnet/http/media_type.h"
#include "gnet/http/percent.h"
#include "gnet/http/request_path.h"
#include "gnet/os/file.h"

namespace commands {
namespace {

using gnet::http::ContentCoding;

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

gnet::web::StaticFilesOptions::Codings parse_codings(std::string_view flag,
                                                     const std::string& text) {
  if (text == "off") return {};
  if (text == "on" || text == "auto") {
    return {ContentCoding::zstd, ContentCoding::br, ContentCoding::gzip};
  }
  gnet::web::StaticFilesOptions::Codings codings;
  for (const std::string& name : split(text, ", ")) {
    const auto coding = name == "gz" || name == "gzip"    ? ContentCoding::gzip
                        : name == "zst" || name == "zstd" ? ContentCoding::zstd
                        : name == "br"                    ? ContentCoding::br
                                                          : ContentCoding::identity;
    if (coding == ContentCoding::identity) {
      throw cli::UsageError(fmt::format("{} knows zst, br and gz, and not '{}'", flag, name));
    }
    codings.push_back(coding);
  }
  return codings;
}

std::string parse_cache(const std::string& text) {
  if (text == "no-cache") return text;
  if (text == "off") return "no-store";
  try {
    gnet::Duration age{};
    cli::read_value(text, age);
    return fmt::format("max-age={}", std::chrono::duration_cast<std::chrono::seconds>(age).count());
  } catch (const cli::BadValue&) {
    throw cli::UsageError("--cache wants a duration, off or no-cache");
  }
}

// Fields that follow from the file, its part that is sent, or the connection: another value would
// be a lie, or none that is sent.
constexpr std::string_view kOwnFields[] = {
    "Accept-Ranges", "Connection", "Content-Length",    "Content-Range", "ETag",
    "Last-Modified", "Trailer",    "Transfer-Encoding", "Upgrade"};

void refuse_own_field(std::string_view flag, std::string_view name) {
  for (const std::string_view own : kOwnFields) {
    if (!gnet::http::equal_ignoring_case(name, own)) continue;
    throw cli::UsageError(fmt::format("{} cannot set {}: the server makes it", flag, own));
  }
}

// "N: V".
void add_field(gnet::http::Headers& headers, std::string_view flag, std::string_view text) {
  const std::size_t colon = text.find(':');
  refuse_own_field(flag, text.substr(0, colon));
  try {
    if (colon == text.npos || colon == 0) throw std::invalid_argument("there is no name");
    headers.add(text.substr(0, colon), text.substr(colon + 1));
  } catch (const std::invalid_argument&) {
    throw cli::UsageError(fmt::format("{} wants a field such as 'X-Name: value'", flag));
  }
}

gnet::web::HeadersFor parse_headers_for(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos || equals == 0) {
    throw cli::UsageError("--header-for wants a pattern and a field, such as '*.js=X-Name: value'");
  }
  gnet::web::HeadersFor made{text.substr(0, equals), {}};
  add_field(made.headers, "--header-for", std::string_view(text).substr(equals + 1));
  return made;
}

// As /etc/mime.types: a type and its extensions a line.
std::vector<std::pair<std::string, std::string>> parse_types(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> types;
  for (const std::string& line : split(text, "\r\n")) {
    const auto words = split(std::string_view(line).substr(0, line.find('#')), " \t;");
    for (std::size_t i = 1; i < words.size(); ++i) types.emplace_back(words[i], words[0]);
  }
  return types;
}

std::string random_name() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    gnet::throw_errno("cannot get random bytes");
  }
  std::string name;
  for (const unsigned byte : bytes) name += fmt::format("{:02x}", byte);
  return name;
}

// A path below the root, as it is typed: "/docs" of "docs/".
std::string parse_path(std::string_view flag, std::string_view text) {
  const std::string absolute = (text.starts_with('/') ? "" : "/") + std::string(text);
  const auto path = gnet::http::RequestPath::parse(absolute);
  if (!path) throw cli::UsageError(fmt::format("{} wants a path such as /docs", flag));
  std::string parsed = path->text();
  if (parsed.ends_with('/')) parsed.pop_back();
  return parsed;
}

}  // namespace

std::string read_option_file(const std::string& path) {
  try {
    return gnet::read_file(path);
  } catch (const std::system_error& error) {
    throw cli::Failure(cli::Exit::io, gnet::describe(error), {}, {}, error.code());
  }
}

gnet::web::StaticFilesOptions files_options(const HTTPServeOptions& options) {
  gnet::web::StaticFilesOptions files;
  files.directory = {.links = options.follow_links, .hidden = options.hidden};
  files.index = split(options.index, ",");
  files.fallback = fallback_page(options);
  files.pretty_urls = options.pretty_urls;
  files.default_type = options.default_type;
  files.charset = options.charset;
  files.tag = options.etag;
  files.cache_control = parse_cache(options.cache);
  files.immutable = options.immutable;
  files.precompressed = parse_codings("--precompressed", options.precompressed);
  files.compress = parse_codings("--compress", options.compress);
  for (const auto& text : options.headers) add_field(files.headers, "--header", text);
  for (const auto& text : options.headers_for) files.headers_for.push_back(parse_headers_for(text));
  if (!options.mime_types.empty()) {
    files.types = parse_types(read_option_file(options.mime_types));
  }
  return files;
}

gnet::web::UploadOptions upload_options(const HTTPServeOptions& options) {
  gnet::web::UploadOptions made;
  made.upload = options.upload || options.allow_all;
  made.mkdir = options.mkdir || options.allow_all;
  made.remove = options.remove || options.allow_all;
  if (options.upload) made.folder = parse_path("--upload", *options.upload) + "/";
  made.if_exists = options.overwrite;
  made.max_size = options.max_upload.bytes;
  made.mode = options.upload_mode.bits;
  // Anybody's page may read what everybody may, but not write with the password of its visitor.
  if (options.cors && *options.cors != "*") made.origins.push_back(*options.cors);
  return made;
}

std::vector<ArchiveKind> archive_kinds(const HTTPServeOptions& options) {
  std::vector<ArchiveKind> kinds;
  const std::string all = options.allow_all ? "tar,tgz,zip" : "";
  for (const std::string& name : split(options.archive == "off" ? all : options.archive, ", ")) {
    const auto kind = archive_kind(name);
    if (!kind) throw cli::UsageError("--archive knows tar, tgz and zip, and not '" + name + "'");
    kinds.push_back(*kind);
  }
  return kinds;
}

std::string fallback_page(const HTTPServeOptions& options) {
  if (!options.spa) return {};
  const std::string path = parse_path("--spa", *options.spa);
  if (path.empty()) throw cli::UsageError("--spa wants the name of a page");
  return path.substr(1);
}

std::string prefix_of(const HTTPServeOptions& options) {
  std::string prefix = options.prefix.empty() ? "" : parse_path("--prefix", options.prefix);
  if (options.random_path) prefix += "/" + random_name();
  return prefix;
}

ErrorPages read_error_pages(const HTTPServeOptions& options) {
  ErrorPages pages;
  for (const std::string& text : options.error_pages) {
    int status = 0;
    const char* const end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, status);
    if (error != std::errc() || after == end || *after != '=' || status < 400 || status > 599) {
      throw cli::UsageError("--error-page wants a status and a file, such as 404=missing.html");
    }
    const std::string file(after + 1, end);
    pages[status] = {read_option_file(file), gnet::http::content_type_of(file, options.charset)};
  }
  return pages;
}

}  // namespace commands
