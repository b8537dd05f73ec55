#include "gnet/sync/event.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kEvent{"Event"};

}  // namespace

void Event::set() {
  waiters_.hub().check_thread_or_ended();
  set_ = true;
  waiters_.notify_all();
}

void Event::clear() {
  waiters_.hub().check_thread_or_ended();
  set_ = false;
}

bool Event::wait(Deadline deadline) {
  waiters_.hub().check_thread();
  waiters_.hub().checkpoint();
  return set_ || waiters_.wait(kEvent, this, deadline);
}

}  // namespace gnet
