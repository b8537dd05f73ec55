#include "cli/server/pace.h"

#include <algorithm>
#include <limits>

#include "gnet/fiber/fiber.h"

namespace cli {

void Pace::set_rate(std::uint64_t rate) {
  const std::lock_guard lock(mutex_);
  if (rate == rate_) return;
  rate_ = rate;
  total_ = TokenBucket(rate, gnet::Clock::now());
}

void Pace::take(std::size_t bytes) {
  gnet::Duration wait;
  {
    const std::lock_guard lock(mutex_);
    if (rate_ == 0) return;
    wait = total_.take(bytes, gnet::Clock::now());
  }
  if (wait > gnet::Duration::zero()) gnet::sleep(wait);
}

Pacer::Pacer(Pace& all, std::uint64_t rate, bool limits_all)
    : all_(all), limited_(rate > 0 || limits_all), rate_(rate) {
  if (rate > 0) own_ = std::make_unique<TokenBucket>(rate, gnet::Clock::now());
}

std::uint64_t Pace::rate() const {
  const std::lock_guard lock(mutex_);
  return rate_;
}

std::size_t Pacer::piece() const {
  constexpr std::uint64_t kUnlimited = std::numeric_limits<std::size_t>::max();
  std::uint64_t least = kUnlimited;
  for (const std::uint64_t rate : {rate_, limited_ ? all_.rate() : 0}) {
    if (rate > 0) least = std::min(least, std::max<std::uint64_t>(rate / 10, 1));
  }
  return least;
}

void Pacer::wait(std::size_t bytes) {
  if (own_) {
    const gnet::Duration wait = own_->take(bytes, gnet::Clock::now());
    if (wait > gnet::Duration::zero()) gnet::sleep(wait);
  }
  all_.take(bytes);
}

}  // namespace cli
