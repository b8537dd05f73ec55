// What is due again and again.
//
//   cli::Ticker stats(10s);
//   for (;;) {
//     wait_until(stats.next());
//     if (stats.due()) report();
//   }
//
// Threads: one at a time.

#pragma once

#include "gnet/fiber/deadline.h"

namespace cli {

// Never due with an interval of zero.
class Ticker {
 public:
  explicit Ticker(gnet::Duration interval)
      : interval_(interval), next_(gnet::Deadline::within(interval)) {}

  [[nodiscard]] gnet::Deadline next() const noexcept { return next_; }

  // True once for each time that it was due.
  bool due() {
    if (!next_.passed()) return false;
    next_ = gnet::Deadline::within(interval_);
    return true;
  }

 private:
  gnet::Duration interval_;
  gnet::Deadline next_;
};

}  // namespace cli
