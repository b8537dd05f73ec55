#include "gnet/link/delay_line.h"

#include <algorithm>
#include <utility>

#include "gnet/base/random.h"
#include "gnet/fiber/fiber.h"

namespace gnet::link {

TimePoint DelayLine::arrival(std::size_t size) {
  free_ = std::max(free_, Clock::now());
  if (quality_.bandwidth > 0) {
    const double seconds = static_cast<double>(size) / static_cast<double>(quality_.bandwidth);
    free_ += Duration(static_cast<Duration::rep>(seconds * 1e9));
  }
  const double spread = static_cast<double>(quality_.jitter.count()) * (2 * random_share() - 1);
  const Duration travel = quality_.delay + Duration(static_cast<Duration::rep>(spread));
  last_ = std::max(last_, free_ + std::max(travel, Duration::zero()));
  return last_;
}

void DelayLine::put(Parcel parcel) {
  if (end_) return;
  if (quality_.loss > 0 && random_share() < quality_.loss) {
    ++lost_;
    return;
  }
  while (on_the_way_ >= kMostOnTheWay) {
    room_.clear();
    room_.wait();
  }
  on_the_way_ += parcel.data.size();
  const TimePoint due = arrival(parcel.data.size());
  travellers_.push_back({std::move(parcel), due});
  came_.set();
}

std::optional<Parcel> DelayLine::get() {
  for (;;) {
    const TimePoint now = Clock::now();
    if (!travellers_.empty() && travellers_.front().due <= now) {
      Parcel parcel = std::move(travellers_.front().parcel);
      travellers_.pop_front();
      on_the_way_ -= parcel.data.size();
      room_.set();
      return parcel;
    }
    if (travellers_.empty() && end_ && *end_ <= now) return std::nullopt;
    if (!travellers_.empty()) {
      sleep(travellers_.front().due - now);
    } else if (end_) {
      sleep(*end_ - now);
    } else {
      came_.clear();
      came_.wait();
    }
  }
}

void DelayLine::close() {
  if (end_) return;
  end_ = arrival(0);
  came_.set();
}

}  // namespace gnet::link
