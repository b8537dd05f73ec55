// Adds the time that it lives to a sum.
//
//   Duration connecting{};
//   {
//     const detail::Stopwatch watch(connecting);
//     stream = connect(endpoint);
//   }
//
// Threads: of the one that made it.

#pragma once

#include "gnet/base/duration.h"

namespace gnet::detail {

class Stopwatch {
 public:
  explicit Stopwatch(Duration& sum) noexcept : sum_(sum) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { sum_ += Clock::now() - began_; }

 private:
  Duration& sum_;
  const TimePoint began_ = Clock::now();
};

}  // namespace gnet::detail
