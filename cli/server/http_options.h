// The options that servers of HTTP have beside those of every server: what a client may do and how
// long, and the paths that tell of the server itself.

#pragma once

#include <cstdint>
#include <string>

#include "cli/line/part.h"
#include "cli/server/server_options.h"
#include "gnet/http/server_options.h"

namespace cli {

struct HTTPOptions : Placed {
  gnet::Duration header_timeout = std::chrono::seconds(10);
  gnet::Duration body_timeout = std::chrono::seconds(30);
  gnet::Duration request_timeout{};
  Rate min_rate{500};
  Size max_header{16 * 1024};
  Count max_requests;
  std::string health;
  std::string metrics;
};

// What they say by ALPN, unless told otherwise.
inline constexpr const char* kHTTPProtocol = "http/1.1";

[[nodiscard]] FlagGroup http_flags();

// As a part of a command: .shared = {cli::http_server(&Options::listen),
// cli::http(&Options::http)}.
[[nodiscard]] PartKind<HTTPOptions> http_part();
template <typename Options>
[[nodiscard]] PartOf<Options> http(HTTPOptions Options::*member) {
  return make_part(member, http_part(), {});
}

// The options of every server, but for those that HTTP has no use for. `endpoints`: what words
// without a dash are; false: something else, and --listen names endpoints.
[[nodiscard]] PartKind<ServerOptions> http_server_part(bool endpoints);
template <typename Options>
[[nodiscard]] PartOf<Options> http_server(ServerOptions Options::*member, bool endpoints = true) {
  return make_part(member, http_server_part(endpoints), {});
}

// What these options are in a server of HTTP until somebody says otherwise: this port, a minute
// between requests, and an access log for who looks on.
void set_http_defaults(ServerOptions& options, std::uint16_t port);

// Throws UsageError for paths that are none, and for limits that nothing fits in.
void check(const HTTPOptions& options);

// As the library wants them.
[[nodiscard]] gnet::http::ServerOptions library_options(const HTTPOptions& options);

}  // namespace cli
