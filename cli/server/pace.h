// How fast connections may go: --rate-limit for each, --rate-limit-total for all together.
//
//   Pace pace(total);                      // of the server
//   Pacer pacer(pace, rate);               // of a connection, whatever kind it is
//   pacer.take(data.size());               // waits as long as the limits want
//
// Threads: a Pace is for all hubs, a Pacer for the hub of its connection.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "cli/server/token_bucket.h"

namespace cli {

class Pace {
 public:
  Pace() : total_(0, gnet::Clock::now()) {}

  // From now on so many bytes a second; 0: no limit.
  void set_rate(std::uint64_t rate);

  // Waits as long as the limit wants after so many bytes.
  void take(std::size_t bytes);

  [[nodiscard]] std::uint64_t rate() const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t rate_ = 0;
  TokenBucket total_;
};

class Pacer {
 public:
  // `rate`: bytes a second of the connection; 0: no limit but that of all.
  Pacer(Pace& all, std::uint64_t rate, bool limits_all);

  // Whether there are rate limits.
  [[nodiscard]] bool limited() const noexcept { return limited_; }

  // Waits as long as they want after so many bytes.
  void take(std::size_t bytes) {
    if (limited_) wait(bytes);
  }

  // How much should go at a time for the flow to be steady: a tenth of a second's worth.
  [[nodiscard]] std::size_t piece() const;

 private:
  void wait(std::size_t bytes);

  Pace& all_;
  bool limited_;
  std::uint64_t rate_;
  std::unique_ptr<TokenBucket> own_;  // with a limit only: idle connections stay small
};

}  // namespace cli
