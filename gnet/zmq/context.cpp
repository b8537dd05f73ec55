#include "gnet/zmq/context.h"

#include <zmq.h>

#include <cerrno>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/os/thread_pool.h"
#include "gnet/zmq/error.h"

namespace gnet::zmq {
namespace {

void end(void* context) noexcept {
  while (zmq_ctx_term(context) != 0 && zmq_errno() == EINTR) {
  }
}

// Sockets of other fibers may have to be closed for it to end.
void end_beside_others(void* context) noexcept {
  gnet::detail::Scheduler* const hub = gnet::detail::Scheduler::current_if_any();
  if (hub != nullptr && hub->running_if_any() != nullptr) try {
      const Uninterruptible uninterruptible;
      return default_thread_pool().apply(end, context);
    } catch (...) {
      // There are no more threads, or the hub has ended.
    }
  end(context);
}

}  // namespace

Context::Context() : context_(zmq_ctx_new(), end_beside_others) {
  if (context_ == nullptr) detail::throw_zmq_error("cannot make a ZeroMQ context");
}

}  // namespace gnet::zmq
