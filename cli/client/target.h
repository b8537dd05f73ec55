// The ENDPOINT that a client command connects to.

#pragma once

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

}  // namespace cli
