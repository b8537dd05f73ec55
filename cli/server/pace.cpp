#include "cli/server/pace.h"

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
    : all_(all), limited_(rate > 0 || limits_all) {
  if (rate > 0) own_ = std::make_unique<TokenBucket>(rate, gnet::Clock::now());
}

void Pacer::wait(std::size_t bytes) {
  if (own_) {
    const gnet::Duration wait = own_->take(bytes, gnet::Clock::now());
    if (wait > gnet::Duration::zero()) gnet::sleep(wait);
  }
  all_.take(bytes);
}

}  // namespace cli
