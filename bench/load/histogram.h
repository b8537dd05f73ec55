// Counts durations in buckets of constant relative width.
//
// Each power of two is cut into 32 buckets, so that a percentile is exact to about 3 %, at the
// cost of one increment a sample and 16 KiB in all.
//
//   bench::Histogram latency;
//   latency.add(nanoseconds);
//   latency.percentile(0.99);

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace bench {

class Histogram {
 public:
  void add(std::uint64_t value) noexcept {
    ++counts_[bucket_of(value)];
    ++total_;
    min_ = std::min(min_, value);
  }

  void clear() noexcept { *this = Histogram(); }

  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] std::uint64_t min() const noexcept { return total_ == 0 ? 0 : min_; }

  // The value below which the given part of all samples lies: 0.5 is the median.
  [[nodiscard]] std::uint64_t percentile(double part) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return start_of(i);
    }
    return min();
  }

 private:
  static constexpr unsigned kBits = 5;

  static std::size_t bucket_of(std::uint64_t value) noexcept {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= kBits) return value;
    const unsigned shift = width - kBits - 1;
    return (std::size_t{shift} << kBits) + (value >> shift);
  }

  static std::uint64_t start_of(std::size_t bucket) noexcept {
    if (bucket < (2U << kBits)) return bucket;
    const std::size_t shift = (bucket >> kBits) - 1;
    return ((bucket & ((1U << kBits) - 1)) + (1U << kBits)) << shift;
  }

  std::array<std::uint64_t, (64 - kBits + 1) << kBits> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t min_ = UINT64_MAX;
};

}  // namespace bench
