// What the server options want of connections, as one value.
//
// It never changes: when SIGHUP brings other options there is another value, and
// connections that begin from then on go by that. So any number of hubs may read it
// while it is replaced.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
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

// The settings that hold now, for any hub to read. change() is for one of them.
class CurrentSettings {
 public:
  explicit CurrentSettings(std::unique_ptr<const SessionSettings> first) {
    change(std::move(first));
  }

  // They live as long as this.
  [[nodiscard]] const SessionSettings& operator*() const noexcept {
    return *current_.load(std::memory_order_acquire);
  }
  const SessionSettings* operator->() const noexcept { return &**this; }

  void change(std::unique_ptr<const SessionSettings> settings) {
    current_.store(settings.get(), std::memory_order_release);
    all_.push_back(std::move(settings));
  }

 private:
  // The last ones hold; others may still be reading those before.
  std::vector<std::unique_ptr<const SessionSettings>> all_;
  std::atomic<const SessionSettings*> current_;
};

}  // namespace cli
