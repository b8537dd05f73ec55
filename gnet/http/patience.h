// How long a peer is waited for that must neither pause nor trickle. Part of
// server_conversation.cpp.
//
//   Patience patience(options.min_rate);
//   while (…) patience.wait(options.body_timeout, [&](Deadline d) { return receive(d); });
//
// A pause is bounded by itself; a trickle by the rate of all that has come, after ten seconds of
// waiting. Time in which nobody waits does not count.
//
// Threads: as its conversation.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "gnet/base/chrono.h"
#include "gnet/base/duration.h"
#include "gnet/fiber/deadline.h"
#include "gnet/fiber/scheduler.h"

namespace gnet::http::detail {

class Patience {
 public:
  // `rate`: bytes a second; 0: any.
  explicit Patience(std::uint64_t rate) noexcept : rate_(rate) {}

  void begin() noexcept {
    bytes_ = 0;
    waited_ = Duration::zero();
  }

  // Calls `move`, which moves some bytes and returns their number, with its deadline.
  template <typename F>
  std::size_t wait(TimeSpan pause, F&& move) {
    if (rate_ == 0) return move(gnet::detail::Scheduler::current().deadline_within(pause));
    const TimePoint begun = Clock::now();
    const std::size_t count = move(Deadline::within(pause).earlier(Deadline(left())));
    waited_ += Clock::now() - begun;
    bytes_ += count;
    return count;
  }

 private:
  static constexpr Duration kGrace = std::chrono::seconds(10);

  [[nodiscard]] Duration left() const noexcept {
    const auto allowed = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(static_cast<double>(bytes_) / static_cast<double>(rate_)));
    return std::max(Duration::zero(), kGrace + allowed - waited_);
  }

  std::uint64_t rate_;
  std::uint64_t bytes_ = 0;
  Duration waited_{};
};

}  // namespace gnet::http::detail
