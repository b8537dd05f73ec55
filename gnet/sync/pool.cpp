#include "gnet/sync/pool.h"

namespace gnet {

PoolFull::PoolFull() : QueueFull("the pool is full") {}

void Pool::throw_full() {
  throw PoolFull();
}

std::size_t Pool::wait_available(Deadline deadline) {
  static constexpr detail::WaitKind kAvailable{"a free slot in Pool", nullptr, nullptr, give_slot};
  hub().check_thread();
  hub().checkpoint();
  while (full()) {
    if (!available_.wait(kAvailable, this, deadline)) break;
  }
  return free_count();
}

}  // namespace gnet
