#include "gnet/fiber/retry.h"

#include <algorithm>
#include <cmath>

#include "gnet/base/random.h"

namespace gnet {
namespace {

// A delay of nothing at all would keep a core busy.
constexpr Duration kShortest = std::chrono::milliseconds(1);

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
