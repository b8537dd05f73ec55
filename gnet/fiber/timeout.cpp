#include "gnet/fiber/timeout.h"

#include "gnet/base/error.h"

namespace gnet {

thread_local std::uint64_t Timeout::last_id_ = 0;

void Timeout::start() {
  if (pending()) throw Misuse("this Timeout has been started already");
  if (!delay_) return;
  hub_ = &detail::Scheduler::current();
  arm();
}

const char* Timeout::what() const noexcept try {
  auto& [message, error, text] = words();
  text = delay_ ? "timed out after " + format_duration(*delay_) : "timed out";
  if (!message.empty()) text += ": " + message;
  if (is_silent()) text += " (silent)";
  return text.c_str();
} catch (...) {
  return "timed out";
}

void Timeout::expire(Timer& timer) noexcept {
  Timeout& self = *static_cast<Alarm&>(timer).owner;
  if (!self.fiber_->ended) {
    self.fire();
    self.hub_->interrupt(*self.fiber_);
  }
  self.let_go();
}

// Queues itself to be thrown. Whoever ends before that forgets those that wait.
void Timeout::fire() noexcept {
  fired_ = true;
  next_fired_ = nullptr;
  Timeout** tail = &fiber_->fired_timeouts;
  while (*tail != nullptr) tail = &(*tail)->next_fired_;
  *tail = this;
  detail::Scheduler::update_attention(*fiber_);
}

void Timeout::forget_all(detail::FiberControl& fiber) noexcept {
  while (fiber.fired_timeouts != nullptr) fiber.fired_timeouts->forget();
}

void Timeout::forget() noexcept {
  fired_ = false;
  Timeout** link = &fiber_->fired_timeouts;
  while (*link != nullptr && *link != this) link = &(*link)->next_fired_;
  if (*link == this) *link = next_fired_;
  detail::Scheduler::update_attention(*fiber_);
}

void Timeout::raise_first(detail::FiberControl& fiber) {
  Timeout& first = *fiber.fired_timeouts;
  first.forget();
  if (first.words_ && first.words_->error) std::rethrow_exception(first.words_->error);
  throw Timeout(first);
}

}  // namespace gnet
