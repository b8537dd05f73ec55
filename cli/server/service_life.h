// When a service of a file begins, and how it lives on when it has ended by itself.
//
//   [service.worker]
//   after = "web"
//   restart = "on-failure"
//   restart-delay = "1s"       # twice as long from one to the next, up to 30s
//   max-restarts = "5/1m"
//   required = true
//
// Threads: values.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/flag.h"
#include "gnet/base/chrono.h"
#include "gnet/fiber/retry.h"

namespace cli {

// Which ends are followed by another begin. A failure is an exit status other than 0.
enum class RestartWhen { no, on_failure, always };

// So many within that time: 5/1m, 5/min. 0: any number.
struct RestartLimit {
  std::uint64_t times = 5;
  gnet::Duration within = std::chrono::minutes(1);
};

void read_value(std::string_view text, RestartLimit& value);
[[nodiscard]] std::string show(RestartLimit value);

struct ServiceLife {
  std::vector<std::string> after;  // services that begin before it, and end after it
  RestartWhen restart = RestartWhen::no;
  gnet::Duration restart_delay = std::chrono::seconds(1);
  RestartLimit max_restarts;
  bool required = false;  // its failure ends the process

  // The keys that a file has for these.
  [[nodiscard]] static const std::vector<Flag>& flags();
};

// Counts the restarts of one service.
class Restarts {
 public:
  explicit Restarts(const ServiceLife& life);

  // It has ended, having lived so long: how long until it begins anew, or nothing where it is not
  // to. Who has lived for a minute has the shortest delay again.
  [[nodiscard]] std::optional<gnet::Duration> after_end(bool failed, gnet::Duration lived,
                                                        gnet::TimePoint now = gnet::Clock::now());

  // How often it has begun anew; and whether it was too often.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] bool too_many() const noexcept { return too_many_; }

 private:
  const RestartWhen when_;
  const RestartLimit limit_;
  const gnet::RetryPolicy delays_;
  std::deque<gnet::TimePoint> recent_;
  unsigned in_a_row_ = 0;
  std::uint64_t count_ = 0;
  bool too_many_ = false;
};

}  // namespace cli
