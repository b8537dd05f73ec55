// What `gnet http-serve` is told on its command line.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/line/global_options.h"
#include "cli/server/http_options.h"
#include "cli/server/server_options.h"
#include "gnet/web/directory.h"
#include "gnet/web/static_files.h"
#include "gnet/web/upload.h"

namespace commands {

enum class AuthFor { all, write };

struct HTTPServeOptions : cli::GlobalOptions {
  HTTPServeOptions() { cli::set_http_defaults(listen, 8080); }

  cli::ServerOptions listen;
  cli::HTTPOptions http;
  std::string path = ".";

  // Content.
  std::string index = "index.html";
  std::optional<std::string> spa;
  bool pretty_urls = false;
  std::string prefix;
  bool random_path = false;
  bool hidden = false;
  gnet::web::Links follow_links = gnet::web::Links::inside;
  std::string mime_types;
  std::string default_type = "application/octet-stream";
  std::string charset = "utf-8";
  std::vector<std::string> error_pages;
  std::vector<std::string> headers;
  std::vector<std::string> headers_for;
  gnet::web::TagSource etag = gnet::web::TagSource::status;
  std::string cache = "no-cache";
  std::vector<std::string> immutable;
  std::string precompressed = "zst,br,gz";
  std::string compress = "auto";

  // Folders.
  bool listing = true;
  bool readme = false;
  std::string theme;
  std::string archive = "off";
  bool qr = false;

  // Writing.
  std::optional<std::string> upload;
  bool mkdir = false;
  bool remove = false;
  bool allow_all = false;
  gnet::web::IfExists overwrite = gnet::web::IfExists::error;
  cli::Size max_upload{1024 * 1024 * 1024};
  cli::FileMode upload_mode{0644};

  // Who.
  std::vector<std::string> auth;
  std::string auth_file;
  AuthFor auth_for = AuthFor::all;
  std::string token_file;

  // Browsers.
  std::optional<std::string> cors;
  bool coi = false;
  bool security_headers = false;
  gnet::Duration hsts{};
  std::optional<cli::PortRange> redirect_http;
  bool open = false;

  [[nodiscard]] bool writes() const noexcept { return upload || mkdir || remove || allow_all; }
};

}  // namespace commands
