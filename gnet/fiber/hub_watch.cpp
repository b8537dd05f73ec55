#include "gnet/fiber/hub_watch.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "gnet/fiber/control.h"
#include "gnet/fiber/scheduler.h"

namespace gnet::detail {

// Only what is safe in a signal handler.
void TurnOwner::take(const FiberControl* fiber) noexcept {
  is_fiber = fiber != nullptr;
  if (fiber == nullptr) return;
  is_main = fiber == &fiber->hub->main_fiber();
  id = fiber->id;
  spawned_at = fiber->spawned_at;
  const std::size_t size = fiber->name ? std::min(fiber->name->size(), name.size() - 1) : 0;
  if (size > 0) std::memcpy(name.data(), fiber->name->data(), size);
  name[size] = '\0';
}

void HubWatch::begin_turn(FiberControl* fiber, TimePoint now) noexcept {
  close_turn(now);
  fiber_ = fiber;
  closed_ = false;
  number_turn(1, now);
}

void HubWatch::end_turn(TimePoint now) noexcept {
  close_turn(now);
}

void HubWatch::begin_idle(TimePoint now) noexcept {
  close_turn(now);
  number_turn(0, now);
}

// The time first: whoever sees the number sees a time that is no older.
void HubWatch::number_turn(std::uint64_t busy, TimePoint now) noexcept {
  began_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  const std::uint64_t before = turn_.load(std::memory_order_relaxed);
  turn_.store((before / 2 + 1) * 2 + busy, std::memory_order_release);
}

void HubWatch::close_turn(TimePoint now) noexcept {
  if (std::exchange(closed_, true)) return;
  const Duration time = now - began();
  if (time.count() >= limit_.load(std::memory_order_relaxed)) [[unlikely]]
    note_long_turn(time);
  if (fiber_ == nullptr) return;
  fiber_->run_time += time;
  ++fiber_->turns;
  fiber_->suspended_at = now;
  fiber_ = nullptr;
}

void HubWatch::note_long_turn(Duration time) noexcept {
  const std::lock_guard lock(mutex_);
  if (long_turns_.size() == kLongTurns) return;
  long_turns_.push_back({turn_.load(std::memory_order_relaxed), time, {}});
  long_turns_.back().owner.take(fiber_);
}

std::vector<HubWatch::LongTurn> HubWatch::take_long_turns() {
  const std::lock_guard lock(mutex_);
  return std::exchange(long_turns_, {});
}

HubWatch::Snapshot* HubWatch::wanted() noexcept {
  const std::uint64_t asked = asked_.load(std::memory_order_acquire);
  if (asked != turn_.load(std::memory_order_relaxed)) return nullptr;
  if (asked == answered_.load(std::memory_order_relaxed)) return nullptr;
  return &snapshot_;
}

void HubWatch::answer() noexcept {
  answered_.store(asked_.load(std::memory_order_relaxed), std::memory_order_release);
}

}  // namespace gnet::detail
