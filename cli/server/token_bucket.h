// A rate limit: so many bytes a second, with bursts of one second's worth.
//
// take() never refuses: it goes into debt and says how long the caller has to wait
// until the debt is paid. Whoever waits before it reads on keeps the rate.
//
//   cli::TokenBucket bucket(64 * 1024, now);
//   gnet::sleep(bucket.take(data.size(), now));

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "gnet/base/duration.h"

namespace cli {

class TokenBucket {
 public:
  // A rate of 0 means no limit.
  TokenBucket(std::uint64_t bytes_per_second, gnet::TimePoint now)
      : rate_(static_cast<double>(bytes_per_second)), tokens_(rate_), filled_(now) {}

  // Takes bytes; how long to wait until the bucket is no longer in debt.
  [[nodiscard]] gnet::Duration take(std::size_t bytes, gnet::TimePoint now) {
    if (rate_ <= 0) return gnet::Duration::zero();
    const std::chrono::duration<double> passed = now - filled_;
    filled_ = now;
    tokens_ = std::min(rate_, tokens_ + passed.count() * rate_) - static_cast<double>(bytes);
    if (tokens_ >= 0) return gnet::Duration::zero();
    return std::chrono::duration_cast<gnet::Duration>(
        std::chrono::duration<double>(-tokens_ / rate_));
  }

 private:
  double rate_;
  double tokens_;
  gnet::TimePoint filled_;
};

}  // namespace cli
