// The options of gnet ping.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/line/global_options.h"

namespace commands {

struct PingOptions : cli::GlobalOptions {
  PingOptions() { to.timeout = std::chrono::seconds(2); }

  cli::ClientOptions to;  // timeout: of each probe
  std::vector<std::string> targets;
  std::optional<cli::Count> count;
  gnet::Duration interval = std::chrono::seconds(1);
  std::optional<cli::Size> size;
  std::vector<std::string> fail_if;
  bool split = false;
  bool audible = false;
};

}  // namespace commands
