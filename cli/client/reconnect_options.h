// The options of clients that connect again when a connection ends.

#pragma once

#include <optional>
#include <string>

#include "cli/line/flag.h"

namespace cli {

// What happens to input while there is no connection.
enum class Offline { buffer, drop, fail };

struct ReconnectOptions {
  std::optional<gnet::Duration> reconnect;  // none or 0: never
  gnet::Duration reconnect_max = std::chrono::seconds(30);
  double reconnect_factor = 2;
  double reconnect_jitter = 0.5;
  Count max_retries;
  gnet::Duration reset_after = std::chrono::seconds(60);
  std::string on_reconnect;
  Offline offline = Offline::buffer;

  [[nodiscard]] bool reconnects() const noexcept {
    return reconnect && *reconnect > gnet::Duration::zero();
  }
};

[[nodiscard]] FlagGroup reconnect_flags();

}  // namespace cli
