// What becomes of hubs in the child of a fork().
//
// The child has one thread, and on its hub one fiber: those that called fork(). Everything else
// here is the parent's: the other fibers never run again and are not unwound, which could have
// effects outside the process, and what they own is left as it is. The epoll set and the eventfds
// are shared with the parent, where their use would be felt: the child lets go of them before it
// does anything else.

#include <pthread.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "gnet/fiber/asio_bridge.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/lifetimes.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/fiber/timeout.h"

namespace gnet::detail {

constinit std::mutex lifetimes;

namespace {

std::vector<Scheduler*>& all_hubs() {
  static auto& hubs = *new std::vector<Scheduler*>;
  return hubs;
}

}  // namespace

void enlist_hub(Scheduler& hub) {
  // Once. In the child the lock is held until everything is in order.
  static const bool prepared = [] {
    ::pthread_atfork(
        [] {
          lifetimes.lock();
          if (Scheduler* hub = Scheduler::current_if_any()) hub->before_fork();
        },
        [] {
          if (Scheduler* hub = Scheduler::current_if_any()) hub->after_fork_in_parent();
          lifetimes.unlock();
        },
        [] {
          Scheduler* own = Scheduler::current_if_any();
          for (Scheduler* hub : all_hubs()) {
            if (hub != own) hub->vanish();
          }
          all_hubs().clear();
          if (own != nullptr) {
            all_hubs().push_back(own);
            own->live_on_in_child();
          }
          lifetimes.unlock();
        });
    return true;
  }();
  static_cast<void>(prepared);
  const std::lock_guard lock(lifetimes);
  all_hubs().push_back(&hub);
}

void strike_off_hub(Scheduler& hub) noexcept {
  const std::lock_guard lock(lifetimes);
  std::erase(all_hubs(), &hub);
}

void Scheduler::before_fork() noexcept {
  if (asio_) asio_->before_fork();
}

void Scheduler::after_fork_in_parent() noexcept {
  if (asio_) asio_->after_fork_in_parent();
}

// Of a thread that the child does not have, and that may have been in the middle of anything.
void Scheduler::vanish() noexcept {
  mailbox_->closed_.store(true, std::memory_order_release);
  mailbox_->event_.reset();
  poller_.leave_to_parent();
}

void Scheduler::live_on_in_child() noexcept {
  FiberControl* const self = current_;  // null: a callback of the hub has called fork()
  root_ = self;
  fiber_count_ = self == nullptr || self == &main_ ? 0 : 1;
  external_work_ = timed_waits_ = 0;
  idle_waiters_.for_each([](Waiter& waiter) { waiter.unlink(); });
  // It is about what fibers do that are the parent's.
  while (at_end_.pop_front() != nullptr) {
  }

  // Callbacks that wait for their turn, and letters.
  while (ready_head_ != nullptr) {
    Runnable* entry = ready_head_;
    ready_head_ = entry->next;
    entry->queued = false;
    if (entry->is_fiber) continue;
    auto& deferred = static_cast<Deferred::State&>(*entry);
    new auto(std::exchange(deferred.callback, {}));
  }
  ready_tail_ = &ready_head_;
  mailbox_->newest_.store(nullptr, std::memory_order_relaxed);
  mailbox_->asleep_.store(false, std::memory_order_relaxed);

  std::vector<const Timer*> others;
  timers_.for_each([&](const Timer& timer) {
    const FiberControl* limited = Timeout::limited_by(timer);
    const CancelScope* scope = CancelScope::of(timer);
    const bool own =
        self != nullptr && (limited == self || (scope != nullptr && scope->reaches(self->scope)));
    if (!own) others.push_back(&timer);
  });
  for (const Timer* timer : others) timers_.remove(const_cast<Timer&>(*timer));

  // First all of them: what is told of the end of one may look at another.
  std::vector<FiberControl*> vanished;
  all_fibers_.for_each([&](FiberControl& fiber) {
    if (&fiber == self || fiber.ended) return;
    vanished.push_back(&fiber);
    fiber.state = FiberState::finished;
    fiber.ended = fiber.killed = fiber.vanished = true;
    fiber.attention = fiber.kill_pending = false;
    fiber.fired_timeouts = nullptr;
    fiber.ScopeHook::unlink();
    fiber.scope = nullptr;
  });
  for (FiberControl* fiber : vanished) {
    while (Waiter* waiter = fiber->done_waiters.pop_front()) wake(*waiter);
  }

  if (asio_) asio_->after_fork_in_child();
  poller_.leave_to_parent();
  poller_.begin_in_child();
  if (asio_) asio_->take_poller(poller_.native_handle());
}

// The fiber that called fork() has ended, and so has the child, as it would with a thread's
// function.
void Scheduler::end_child(FiberControl& fiber) noexcept {
  const bool failed = fiber.error != nullptr;
  if (failed && !fiber.error_retrieved) {
    report_error(fiber.display_name(), std::exchange(fiber.error, nullptr));
  }
  std::exit(failed ? EXIT_FAILURE : EXIT_SUCCESS);
}

}  // namespace gnet::detail
