#include "gnet/base/histogram.h"

#include <algorithm>
#include <cmath>

namespace gnet {

template <int kStepBits>
std::uint64_t BasicHistogram<kStepBits>::highest_in(std::size_t bucket) noexcept {
  if (bucket < kSteps) return bucket;
  const std::size_t exponent = bucket / kSteps - 1;
  const std::uint64_t first = (kSteps + bucket % kSteps) << exponent;
  return first + ((std::uint64_t{1} << exponent) - 1);
}

template <int kStepBits>
void BasicHistogram<kStepBits>::merge(const BasicHistogram& other) noexcept {
  if (other.count_ == 0) return;
  const std::size_t last = bucket_of(other.max_);
  for (std::size_t i = bucket_of(other.min_); i <= last; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

template <int kStepBits>
void BasicHistogram<kStepBits>::clear() noexcept {
  if (count_ == 0) return;
  std::fill(buckets_.begin() + static_cast<std::ptrdiff_t>(bucket_of(min_)),
            buckets_.begin() + static_cast<std::ptrdiff_t>(bucket_of(max_)) + 1, 0);
  count_ = sum_ = max_ = 0;
  min_ = UINT64_MAX;
}

template <int kStepBits>
Duration BasicHistogram<kStepBits>::min() const noexcept {
  return Duration(count_ == 0 ? 0 : static_cast<std::int64_t>(min_));
}

template <int kStepBits>
Duration BasicHistogram<kStepBits>::mean() const noexcept {
  return Duration(count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ / count_));
}

template <int kStepBits>
Duration BasicHistogram<kStepBits>::percentile(double share) const noexcept {
  // 0.07 * 100 is a little more than 7: the next smaller share is meant as well.
  const double least = std::nextafter(std::clamp(share, 0.0, 1.0), 0.0);
  const auto wanted = static_cast<std::uint64_t>(std::ceil(least * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0) {
      return Duration(static_cast<std::int64_t>(std::min(highest_in(i), max_)));
    }
  }
  return max();
}

template <int kStepBits>
std::uint64_t BasicHistogram<kStepBits>::count_up_to(TimeSpan value) const noexcept {
  if (value < Duration::zero()) return 0;
  const std::size_t last = bucket_of(static_cast<std::uint64_t>(value.count()));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i <= last; ++i) seen += buckets_[i];
  return seen;
}

template class BasicHistogram<6>;
template class BasicHistogram<10>;

}  // namespace gnet
