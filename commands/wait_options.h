// The options of gnet wait-for.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/line/global_options.h"

namespace commands {

inline constexpr const char* kUsualStatuses = "200-399";

struct WaitOptions : cli::GlobalOptions {
  WaitOptions() { to.timeout = std::chrono::seconds(30); }

  cli::ClientOptions to;
  std::vector<std::string> targets;
  std::vector<std::string> program;  // to become
  gnet::Duration interval = std::chrono::milliseconds(25);
  bool any = false;
  bool gone = false;
  cli::Count stable{1};
  std::optional<std::string> send;  // to a target of datagrams

  // ---- of HTTP ----
  std::optional<std::string> status;  // or kUsualStatuses
  std::string body;
  std::vector<std::string> headers;
  bool follow = false;
};

}  // namespace commands
