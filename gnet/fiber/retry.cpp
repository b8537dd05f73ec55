#include "gnet/fiber/retry.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace gnet {
namespace {

// A delay of nothing at all would keep a core busy.
constexpr Duration kShortest = std::chrono::milliseconds(1);

double random_share() {
  // Not std::random_device, which takes five kilobytes of the fiber's stack.
  thread_local std::minstd_rand engine{[] {
    std::minstd_rand::result_type seed = 1;
    static_cast<void>(getentropy(&seed, sizeof seed));
    return seed;
  }()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace

Duration RetryPolicy::delay(unsigned retry, double random) const noexcept {
  using Seconds = std::chrono::duration<double>;
  const double first = Seconds(initial).count();
  const double most = Seconds(std::max(max, initial)).count();
  const double middle = std::min(first * std::pow(factor, retry - 1), most);
  const double drawn = std::min(middle * (1 + jitter * (2 * random - 1)), most);
  if (drawn >= Seconds(Duration::max()).count()) return Duration::max();
  return std::max(kShortest, std::chrono::duration_cast<Duration>(Seconds(drawn)));
}

Duration RetryPolicy::delay(unsigned retry) const {
  return delay(retry, random_share());
}

std::optional<Duration> RetryPolicy::delay_after(unsigned failed) const {
  if (initial <= Duration::zero() || (max_retries && failed >= *max_retries)) return std::nullopt;
  return delay(failed);
}

}  // namespace gnet
