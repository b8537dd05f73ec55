// A histogram of durations in constant space: exact to 1.6 % from a nanosecond to
// hours, as HdrHistogram does it.
//
//   cli::Histogram rtt;
//   rtt.record(81us);
//   rtt.percentile(0.99);

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "gnet/base/duration.h"

namespace cli {

class Histogram {
 public:
  void record(gnet::Duration value) noexcept;

  // Adds what another has recorded.
  void merge(const Histogram& other) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] gnet::Duration min() const noexcept;
  [[nodiscard]] gnet::Duration max() const noexcept { return gnet::Duration(max_); }
  [[nodiscard]] gnet::Duration mean() const noexcept;

  // The smallest recorded duration that this share of all does not exceed.
  [[nodiscard]] gnet::Duration percentile(double share) const noexcept;

 private:
  // 64 linear steps for each power of two.
  static constexpr int kStepBits = 6;
  static constexpr std::size_t kSteps = std::size_t{1} << kStepBits;
  static constexpr std::size_t kBuckets = (64 - kStepBits + 1) * kSteps;

  static std::size_t bucket_of(std::uint64_t value) noexcept;
  static std::uint64_t highest_in(std::size_t bucket) noexcept;

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
};

}  // namespace cli
