#include "gnet/base/histogram.h"

#include <algorithm>
#include <cmath>

namespace gnet {

std::uint64_t Histogram::highest_in(std::size_t bucket) noexcept {
  if (bucket < kSteps) return bucket;
  const std::size_t exponent = bucket / kSteps - 1;
  const std::uint64_t first = (kSteps + bucket % kSteps) << exponent;
  return first + ((std::uint64_t{1} << exponent) - 1);
}

void Histogram::merge(const Histogram& other) noexcept {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

Duration Histogram::min() const noexcept {
  return Duration(count_ == 0 ? 0 : static_cast<std::int64_t>(min_));
}

Duration Histogram::mean() const noexcept {
  return Duration(count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ / count_));
}

Duration Histogram::percentile(double share) const noexcept {
  const auto wanted = static_cast<std::uint64_t>(
      std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0) {
      return Duration(static_cast<std::int64_t>(std::min(highest_in(i), max_)));
    }
  }
  return max();
}

}  // namespace gnet
