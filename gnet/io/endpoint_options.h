// The options that an endpoint may carry after its '?'.
//
// Threads: functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gnet/io/endpoint.h"

namespace gnet::detail {

struct EndpointOption {
  std::string_view name;
  // Whether the option means something for this endpoint.
  bool (*fits)(const Endpoint& endpoint);
  // The one spelling of a value, so that equal endpoints compare equal; nothing for a bad value.
  std::optional<std::string> (*canonical)(std::string_view value);
  std::string_view wanted;  // "option 'x' must be …"
};

// Null if there is none of that name.
[[nodiscard]] const EndpointOption* find_endpoint_option(std::string_view name) noexcept;

// "0600", up to 0777.
[[nodiscard]] std::optional<unsigned> parse_mode(std::string_view text) noexcept;
// 1 yes true on, or nothing at all; 0 no false off.
[[nodiscard]] std::optional<bool> parse_switch(std::string_view text) noexcept;

}  // namespace gnet::detail
