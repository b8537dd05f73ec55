#include "cli/out/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cli {

std::size_t Histogram::bucket_of(std::uint64_t value) noexcept {
  if (value < kSteps) return value;
  const auto exponent = static_cast<int>(std::bit_width(value)) - 1 - kStepBits;
  return (static_cast<std::size_t>(exponent) + 1) * kSteps + ((value >> exponent) - kSteps);
}

std::uint64_t Histogram::highest_in(std::size_t bucket) noexcept {
  if (bucket < kSteps) return bucket;
  const std::size_t exponent = bucket / kSteps - 1;
  const std::uint64_t first = (kSteps + bucket % kSteps) << exponent;
  return first + ((std::uint64_t{1} << exponent) - 1);
}

void Histogram::record(gnet::Duration value) noexcept {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
  ++buckets_[bucket_of(nanoseconds)];
  ++count_;
  sum_ += nanoseconds;
  min_ = std::min(min_, nanoseconds);
  max_ = std::max(max_, nanoseconds);
}

void Histogram::merge(const Histogram& other) noexcept {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

gnet::Duration Histogram::min() const noexcept {
  return gnet::Duration(count_ == 0 ? 0 : static_cast<std::int64_t>(min_));
}

gnet::Duration Histogram::mean() const noexcept {
  return gnet::Duration(count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ / count_));
}

gnet::Duration Histogram::percentile(double share) const noexcept {
  const auto wanted = static_cast<std::uint64_t>(
      std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0) {
      return gnet::Duration(static_cast<std::int64_t>(std::min(highest_in(i), max_)));
    }
  }
  return max();
}

}  // namespace cli
