// A histogram of durations in constant space, from a nanosecond to hours, as HdrHistogram does it.
//
//   gnet::Histogram rtt;
//   rtt.record(81us);
//   rtt.percentile(0.99);
//
// Recording is a few instructions. A Histogram is exact to 1.6 % and takes 30 KiB; a FineHistogram
// is exact to three digits, has the places of an HdrHistogram whose unit is a nanosecond, and takes
// 440 KiB.
//
// Threads: has none of its own, and no lock. merge() puts together what several have recorded.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "gnet/base/duration.h"

namespace gnet {

template <int kStepBits>
class BasicHistogram {
 public:
  // What is less than nothing counts as nothing.
  void record(TimeSpan value) noexcept {
    const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
    ++buckets_[bucket_of(nanoseconds)];
    ++count_;
    sum_ += nanoseconds;
    min_ = std::min(min_, nanoseconds);
    max_ = std::max(max_, nanoseconds);
  }

  // Adds what another has recorded.
  void merge(const BasicHistogram& other) noexcept;

  // Forgets all that was recorded.
  void clear() noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] Duration min() const noexcept;
  [[nodiscard]] Duration max() const noexcept { return Duration(max_); }
  [[nodiscard]] Duration mean() const noexcept;

  // The smallest recorded duration that this share of all does not exceed.
  [[nodiscard]] Duration percentile(double share) const noexcept;

  // How many of the recorded durations are at most this long, as far as the places tell them apart.
  [[nodiscard]] std::uint64_t count_up_to(TimeSpan value) const noexcept;

  // Calls function(index, highest, count) for each place that has any, in order. The index is that
  // of HdrHistogram's array of counts, the highest duration of a place is in nanoseconds.
  template <typename F>
  void for_each(F&& function) const {
    if (count_ == 0) return;
    for (std::size_t i = bucket_of(min_); i <= bucket_of(max_); ++i) {
      if (buckets_[i] != 0) function(i, highest_in(i), buckets_[i]);
    }
  }

 private:
  // Linear steps for each power of two.
  static constexpr std::size_t kSteps = std::size_t{1} << kStepBits;
  static constexpr std::size_t kBuckets = (64 - kStepBits + 1) * kSteps;

  static std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < kSteps) return value;
    const auto exponent = static_cast<int>(std::bit_width(value)) - 1 - kStepBits;
    return (static_cast<std::size_t>(exponent) + 1) * kSteps + ((value >> exponent) - kSteps);
  }
  static std::uint64_t highest_in(std::size_t bucket) noexcept;

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
};

extern template class BasicHistogram<6>;
extern template class BasicHistogram<10>;

using Histogram = BasicHistogram<6>;
using FineHistogram = BasicHistogram<10>;

}  // namespace gnet
