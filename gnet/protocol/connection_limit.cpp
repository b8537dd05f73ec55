#include "gnet/protocol/connection_limit.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kLimitRoom{"a connection to end, because there are as many as may be"};

}  // namespace

void ConnectionLimit::set_most(std::size_t most) {
  most_ = most;
  changed_.notify_all();
}

void ConnectionLimit::wait_for_change(Deadline deadline) {
  changed_.wait(kLimitRoom, this, deadline);
}

void ConnectionLimit::give_back() noexcept {
  --active_;
  changed_.notify_all();
}

}  // namespace gnet
