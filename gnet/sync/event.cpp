#include "gnet/sync/event.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kEvent{"Event"};

}  // namespace

void Event::set() {
  set_ = true;
  waiters_.notify_all();
}

bool Event::wait(Deadline deadline) {
  waiters_.hub().check_thread();
  waiters_.hub().checkpoint();
  return set_ || waiters_.wait(kEvent, this, deadline);
}

}  // namespace gnet
