// The moment at which a blocking call gives up.
//
// Every blocking call of gnet that can give up takes a Deadline, and a Deadline
// is made from a duration ("that long from now"), from a time point, or from
// nothing ("never"). One Deadline passed to several calls bounds them together.
//
//   gnet::Deadline deadline = 5s;
//   if (!ready.wait(deadline)) return;      // up to five seconds
//   auto item = queue.get(deadline);        // what is left of them
//
// Threads: a plain value.

#pragma once

#include "gnet/base/duration.h"

namespace gnet {

class Deadline {
 public:
  // Never passes.
  constexpr Deadline() noexcept = default;
  [[nodiscard]] static constexpr Deadline never() noexcept { return Deadline(); }

  // Passes `delay` from now; a delay of zero or less has passed already. Delays
  // beyond the range of the clock never pass.
  template <typename Rep, typename Period>
  Deadline(std::chrono::duration<Rep, Period> delay)  // NOLINT: implicit on purpose
      : when_(after(Clock::now(), delay)) {}

  // As that, for limits of which zero, or less, means that there is none: never.
  //
  //   stream.handshake(Deadline::within(options.handshake_timeout));
  template <typename Rep, typename Period>
  [[nodiscard]] static Deadline within(std::chrono::duration<Rep, Period> limit) {
    return limit > limit.zero() ? Deadline(limit) : never();
  }

  constexpr Deadline(TimePoint when) noexcept : when_(when) {}  // NOLINT: implicit on purpose

  [[nodiscard]] constexpr bool is_never() const noexcept { return when_ == TimePoint::max(); }
  [[nodiscard]] constexpr TimePoint when() const noexcept { return when_; }
  [[nodiscard]] bool passed() const { return !is_never() && Clock::now() >= when_; }

  // What is left of it: zero once it has passed, Duration::max() when it never does.
  [[nodiscard]] Duration remaining() const {
    if (is_never()) return Duration::max();
    const TimePoint now = Clock::now();
    return now < when_ ? when_ - now : Duration::zero();
  }

  [[nodiscard]] constexpr Deadline earlier(Deadline other) const noexcept {
    return when_ < other.when_ ? *this : other;
  }

  // `start` + `delay`, or "never" where that is out of range.
  [[nodiscard]] static constexpr TimePoint after(TimePoint start, TimeSpan delay) noexcept {
    return delay.after(start);
  }

 private:
  TimePoint when_ = TimePoint::max();
};

}  // namespace gnet
