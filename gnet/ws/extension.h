// Sec-WebSocket-Extensions as data (RFC 6455, §9.1).
//
//   const auto list = ws::parse_extensions("permessage-deflate; server_max_window_bits=\"10\", x");
//   list->front().parameters.front().value;           // 10
//
// Threads: functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnet::ws {

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;  // without the quotes; nothing: there is no '='

  bool operator==(const ExtensionParameter&) const = default;
};

struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;

  bool operator==(const Extension&) const = default;
};

// The extensions that a header names, in its order. Several headers are joined by commas
// first. Nothing if it is not written as the RFC says, if it names none, or
// more than 32 with their parameters.
[[nodiscard]] std::optional<std::vector<Extension>> parse_extensions(std::string_view header);

}  // namespace gnet::ws
