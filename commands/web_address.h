// URLs and header fields as people write them for gnet http and gnet ws.
//
//   parse_address(":8000/p", "http").url;                  // http://localhost:8000/p
//   parse_address("unix:/run/x.sock:/p", "ws").unix_path;  // "/run/x.sock"
//   parse_field("Accept: text/html", "--header").value;    // "text/html"
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>

#include "gnet/http/url.h"

namespace commands {

struct WebAddress {
  gnet::http::URL url;
  std::string unix_path;  // empty: not through a unix socket
};

// `scheme` is that of a word without one: http, https, ws or wss. A URL is one of its kind; for
// WebSockets http and https mean the same as ws and wss. Throws cli::UsageError.
[[nodiscard]] WebAddress parse_address(std::string_view word, std::string_view scheme);

struct Field {
  std::string name;
  std::string value;
};

// "NAME: VALUE", of an option. Throws cli::UsageError.
[[nodiscard]] Field parse_field(std::string_view text, std::string_view option);

}  // namespace commands
