// The ENDPOINT that a client command connects to.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gnet/io/endpoint.h"

namespace cli {

// As an option has it: a command's own endpoint until somebody names another.
struct Target {
  gnet::Endpoint endpoint;
  bool given = false;
};

void read_value(std::string_view text, Target& target);
[[nodiscard]] std::string show(const Target& target);

// What stands behind a scheme, "http://", which may be in capitals; nothing of another text.
[[nodiscard]] std::optional<std::string_view> behind(std::string_view text,
                                                     std::string_view scheme) noexcept;

}  // namespace cli
