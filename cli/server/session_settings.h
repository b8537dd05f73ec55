// What the server options want of connections, as one value.
//
// It never changes: when SIGHUP brings other options there is another value, and
// connections that begin from then on go by that. So any number of hubs may read it
// while it is replaced.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cli/server/access_log.h"
#include "cli/server/server_options.h"

namespace cli {

struct SessionSettings {
  // Opens the access log, unless the settings before had the same. Throws Failure.
  explicit SessionSettings(const ServerOptions& options, const SessionSettings* before = nullptr);

  std::uint64_t max_connections = 0;  // 0: no limit
  std::uint64_t max_per_ip = 0;
  std::vector<AccessRule> access;
  gnet::Duration idle_timeout{};
  std::uint64_t rate_limit = 0;  // bytes a second; 0: none
  std::uint64_t rate_limit_total = 0;

  [[nodiscard]] bool limits_rate() const noexcept { return rate_limit > 0 || rate_limit_total > 0; }
  // Null without one.
  [[nodiscard]] const AccessLog* access_log() const noexcept { return access_log_.get(); }

 private:
  std::shared_ptr<const AccessLog> access_log_;
};

}  // namespace cli
