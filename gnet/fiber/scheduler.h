// The scheduler of a thread, as the library sees it: its ready queue, its timers and its
// poller. Programs see its other face, gnet::Hub.
//
// The ready queue is one FIFO. Waking somebody only appends to it: whoever wakes
// runs on. A drain of the queue is bounded (5 ms, looked at every 50 switches), so
// that fibers that only yield starve neither timers nor I/O.
//
// Wake-ups are not lost, and need no lock, because everything happens on one thread:
// whoever wakes first makes true what is waited for (an item, `signalled`, a flag of
// the poller) and then calls make_ready(); whoever waits looks at that right before it
// parks, and again after, and nothing can come between the look and the park. What
// comes from other threads comes by the Mailbox, as a callback on this one.
//
// Fibers run on their own stacks. Callbacks, timers, Asio's handlers and watches of the
// poller run while `current_` is null, on the hub's stack or, watches, on that of the fiber
// that has parked last: they must not suspend, and running() throws Misuse there. Nor may a
// Waiter's wake suspend, which runs on the stack of whoever wakes.
//
//   detail::Scheduler& hub = detail::Scheduler::current();
//   while (!there) hub.park(kKind, this);         // and elsewhere: hub.make_ready(fiber);
//
// Threads: a Scheduler belongs to its thread; only post() and a Mailbox may be used
// from others.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gnet/base/block_pool.h"
#include "gnet/base/source_location.h"
#include "gnet/base/timer_heap.h"
#include "gnet/fiber/control.h"
#include "gnet/fiber/deadline.h"
#include "gnet/fiber/hub.h"
#include "gnet/fiber/poller.h"
#include "gnet/fiber/stack_pool.h"

namespace gnet {

class AsioBridge;

// A callback in the ready queue.
struct Deferred::State : detail::Runnable {
  UniqueFunction<void()> callback;
  std::shared_ptr<State> self;  // while queued
};

namespace detail {

struct HubOwner;
class HubWatch;

class Scheduler final : public Hub {
 public:
  // As Hub's.
  static Scheduler& current() {
    if (Scheduler* hub = current_hub_) [[likely]]
      return *hub;
    return make();
  }

  static Scheduler* current_if_any() noexcept { return current_hub_; }

  ~Scheduler();

  // As Hub::ended().
  static bool ended_here() noexcept;

  void check_thread() const {
    if (current_hub_ != this) [[unlikely]]
      wrong_thread();
  }

  // For what waits for nobody: as above, but it may be used, too, when the hub has ended.
  void check_thread_or_ended() const {
    if (current_hub_ != this && !ended_here()) [[unlikely]]
      wrong_thread();
  }

  // ---- waking and parking; what primitives are made of ----

  // The running fiber. Throws Misuse inside a callback that the hub runs, where
  // nothing may suspend.
  [[nodiscard]] FiberControl& running() {
    if (current_ == nullptr) [[unlikely]]
      blocking_in_hub();
    return *current_;
  }
  [[nodiscard]] FiberControl* running_if_any() noexcept { return current_; }

  // Throws a pending interrupt of the running fiber. Every blocking call starts
  // with it, also when it need not block.
  void checkpoint() {
    if (running().attention) [[unlikely]]
      deliver_interrupt();
  }

  // Suspends the running fiber until make_ready(). Wake-ups may be spurious: the
  // caller looks again at what it waits for. Throws what interrupts the fiber.
  void park(const WaitKind& kind, const void* object) { park(running(), kind, object); }
  // `self` is the running fiber.
  [[gnu::always_inline]] void park(FiberControl& self, const WaitKind& kind, const void* object) {
    before_suspending(self);
    suspend(self, kind, object);
    if (self.attention) [[unlikely]]
      deliver_interrupt();
  }

  // As above, but returns false once the deadline has passed. `keeps_alive`: whether
  // the deadline is a reason for the hub to go on.
  bool park(const WaitKind& kind, const void* object, Deadline deadline, bool keeps_alive = true);

  // As above, for a wait whose success cannot be undone: once `waiter` has been
  // signalled, an interrupt is left for the next suspension point. The end of what it waits for
  // is no success.
  bool park(const Waiter& waiter, const WaitKind& kind, const void* object, Deadline deadline) {
    before_suspending(running());
    const bool in_time = suspend(kind, object, deadline);
    if (current_->attention && (!waiter.signalled || waiter.abandoned)) [[unlikely]]
      deliver_interrupt();
    return in_time;
  }

  // Appends a waiting fiber to the ready queue; does nothing when it is there, or runs: then
  // it will look at what it waits for before it parks again.
  void make_ready(FiberControl& fiber) noexcept {
    if (fiber.state != FiberState::waiting) return;  // running, or ready already
    fiber.state = FiberState::scheduled;
    enqueue(fiber);
  }

  // Lets every other ready fiber run first. Inline wherever it is called: a return
  // of its own would go where another fiber was, which the processor cannot foresee.
  [[gnu::always_inline]] void yield() {
    FiberControl& self = running();
    before_suspending(self);
    if (self.park_hook != nullptr) [[unlikely]]
      run_park_hook(self);
    self.state = FiberState::scheduled;
    enqueue(self);
    switch_away(self);
    if (self.attention) [[unlikely]]
      deliver_interrupt();
  }

  // As yield(), but the hub looks at its timers and events before anybody runs: for a
  // fiber that has used up the time of a whole drain.
  void yield_to_loop();

  // The most time that a drain of the ready queue takes, as far as the fibers let it end.
  static constexpr Duration kDrainBound = std::chrono::milliseconds(5);

  // Calls the wake of an unlinked waiter.
  void wake(Waiter& waiter) noexcept {
    waiter.signalled = true;
    if (waiter.wake != nullptr) {
      waiter.wake(waiter);
    } else {
      make_ready(*waiter.fiber);
    }
  }

  // ---- time ----

  // The time, at most 20 microseconds old: cheaper than reading the clock.
  [[nodiscard]] TimePoint now() noexcept {
#if defined(__x86_64__)
    const std::uint64_t cycles = __builtin_ia32_rdtsc();
    if (cycles - now_cycles_ < kFreshCycles) [[likely]]
      return now_;
    now_cycles_ = cycles;
#endif
    return now_ = Clock::now();
  }

  // The most by which now() may be behind.
  static constexpr Duration kClockSlack = std::chrono::microseconds(20);

  // As Deadline::within(), counted from now(): for limits that a few microseconds do not matter to.
  [[nodiscard]] Deadline deadline_within(TimeSpan limit) noexcept {
    return limit > Duration::zero() ? Deadline(limit.after(now())) : Deadline::never();
  }

  void arm(Timer& timer, TimePoint when) {
    timers_.insert(timer, when);
  }
  void disarm(Timer& timer) noexcept {
    timers_.remove(timer);
  }

  // ---- errors that nobody retrieves ----

  void report_error(const std::string& fiber, std::exception_ptr error) noexcept;

  [[nodiscard]] Poller& poller() noexcept {
    return poller_;
  }

  // What connections borrow: buffers to receive into, and chunks of output.
  [[nodiscard]] BlockPool& buffers() noexcept {
    return buffers_;
  }
  [[nodiscard]] BlockPool& chunks() noexcept {
    return chunks_;
  }

  // ---- fibers; used by Fiber<T>, Timeout, CancelScope and Local<T> ----

  // A stack from the pool, with `size` zero for the default.
  Stack take_stack(std::size_t size) {
    return stacks_->take(size == 0 ? StackPool::default_size() : size);
  }

  void give_stack(Stack stack) {
    stacks_->give(stack);
  }

  // Where on `stack` the control block goes: tops are coloured, because stacks
  // that are all aligned alike compete for the same lines of the cache.
  [[nodiscard]] char* block_top(const Stack& stack) noexcept {
    return stack.top() - (colour_++ % kColours) * 64;
  }

  // Takes a fresh control block into the hub.
  void adopt(FiberControl& fiber, SourceLocation where);

  void start(FiberControl& fiber) noexcept {
    if (fiber.state == FiberState::created) start_now(fiber);
  }
  // Also one that counts as scheduled already, for later.
  void start_now(FiberControl& fiber) noexcept {
    fiber.state = FiberState::scheduled;
    enqueue(fiber);
  }

  // Interrupts `fiber` with `error`, or with FiberExit when that is null. One that
  // never ran ends at once.
  void kill(FiberControl& fiber, std::exception_ptr error);

  // Something has become pending for `fiber`: wakes it to receive it. One that does not wait,
  // or may not be interrupted now, finds it at its next checkpoint.
  void interrupt(FiberControl& fiber) noexcept;

  // Arms the alarm of a fiber, which has rung too early, for the deadline of its wait.
  void rearm(FiberControl& fiber) noexcept;

  // Recomputes whether something is pending for `fiber`.
  static void update_attention(FiberControl& fiber) noexcept;

  // Each handle has a reference, and so has the fiber itself: until it ends, or, killed before its
  // first turn while queued for it, until that turn. Whoever gives up the last one disposes of
  // block and stack; other threads do so by release_elsewhere().
  void retain(FiberControl& fiber) noexcept {
    ++fiber.references;
  }
  void release(FiberControl& fiber) noexcept {
    if (--fiber.references == 0) dispose(fiber);
  }

  // Releases the reference of a handle.
  void drop_handle(FiberControl& fiber) noexcept;

  // As drop_handle(), on any thread, also when the fiber's hub has ended.
  static void release_elsewhere(FiberControl& fiber) noexcept;

  // Calls f(FiberControl&) for each fiber that has not ended.
  template <typename F>
  void for_each_fiber(F&& f) {
    all_fibers_.for_each([&f](FiberControl& fiber) {
      if (!fiber.ended) f(fiber);
    });
  }

  // Calls f(const Timer&) for each timer that is armed.
  template <typename F>
  void for_each_timer(F&& f) const {
    timers_.for_each(f);
  }

  [[nodiscard]] FiberControl& main_fiber() noexcept {
    return main_;
  }

  // ---- around fork(), on the thread that calls it; vanish() for the hubs of others ----

  void before_fork() noexcept;
  void after_fork_in_parent() noexcept;
  void live_on_in_child() noexcept;
  void vanish() noexcept;

  [[nodiscard]] std::size_t fiber_count() const noexcept {
    return fiber_count_;
  }

  // Has `watch` told whose turn it is, from now on; null: no longer. For gnet/diag/watchdog.h.
  void set_watch(std::shared_ptr<HubWatch> watch);
  [[nodiscard]] HubWatch* watch() const noexcept {
    return watch_.get();
  }

 private:
  friend class gnet::AsioBridge;
  friend class gnet::Hub;

  Scheduler();
  static Scheduler& make();
  friend struct HubOwner;

  [[noreturn]] static void wrong_thread();
  [[noreturn]] static void blocking_in_hub();

  void enqueue(Runnable& entry) noexcept {
    entry.next = nullptr;
    entry.queued = true;
    *ready_tail_ = &entry;
    ready_tail_ = &entry.next;
  }
  Runnable* dequeue() noexcept {
    Runnable* entry = ready_head_;
    ready_head_ = entry->next;
    if (ready_head_ == nullptr) {
      ready_tail_ = &ready_head_;
    } else if (ready_head_->is_fiber) {
      foresee(static_cast<const FiberControl&>(*ready_head_));
    }
    entry->queued = false;
    return entry;
  }

  // So many cache lines from there on; nothing may be there at all.
  static void prefetch(const void* begin, std::size_t lines) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(begin);
    for (std::size_t line = 0; line < lines; ++line) {
      __builtin_prefetch(reinterpret_cast<const void*>(address + line * 64), 1);
    }
  }

  // Has the processor fetch what the next fiber will touch first, while the present one runs: the
  // registers that it left and the frame above them, and the object that it waits on. With many
  // connections these have left the cache since its last turn. A lone fiber comes without.
  static void foresee(const FiberControl& next) noexcept {
    prefetch(next.context.stack_pointer, 4);
    prefetch(next.waits_on, 5);
  }

  // The fiber to switch to without passing through the hub, or null: nobody, a callback, which
  // needs the hub's stack, or the budget is used up and the hub is to look at the clock.
  FiberControl* next_fiber() noexcept {
    if (ready_head_ == nullptr || !ready_head_->is_fiber || --drain_budget_ <= 0) return nullptr;
    return static_cast<FiberControl*>(dequeue());
  }

  [[gnu::always_inline]] void before_suspending(FiberControl& self) {
    if (self.attention) [[unlikely]]
      deliver_interrupt();
    if (has_asio_) [[unlikely]]
      check_asio();
  }
  void check_asio();
  void suspend(const WaitKind& kind, const void* object) noexcept {
    suspend(*current_, kind, object);
  }
  [[gnu::always_inline]] void suspend(FiberControl& self, const WaitKind& kind,
                                      const void* object) noexcept {
    if (self.park_hook != nullptr) [[unlikely]]
      run_park_hook(self);
    self.state = FiberState::waiting;
    self.waits_for = &kind;
    self.waits_on = object;
    switch_away(self);
  }
  // False: the deadline passed.
  bool suspend(const WaitKind& kind, const void* object, Deadline deadline) {
    if (!deadline.is_never()) [[unlikely]]
      return suspend_until(kind, object, deadline.when());
    suspend(kind, object);
    return true;
  }
  bool suspend_until(const WaitKind& kind, const void* object, TimePoint when,
                     bool keeps_alive = true);
  [[gnu::always_inline]] void switch_away(FiberControl& self) noexcept {
    FiberControl* next = next_fiber();
    if (next == nullptr && may_poll_here()) next = poll_here();
    if (next == nullptr) {
      current_ = nullptr;
      self.context.switch_to(context_, *exception_state_);
      return;
    }
    next->state = FiberState::running;
    current_ = next;
    if (next != &self) self.context.switch_to(next->context, *exception_state_);
  }

  // Nothing to do but to wait for descriptors, perhaps until a timer is due. What else the hub does
  // in a turn, which is to run timers, find a deadlock, tidy up, serve Asio or a watchdog, needs
  // the hub.
  [[nodiscard]] bool may_poll_here() const noexcept {
    return ready_head_ == nullptr && poller_.waiters > 0 && !polls_in_loop_ && !wants_tidying();
  }
  FiberControl* poll_here() noexcept;
  // Out of line: what suspends is inline in many places.
  static void run_park_hook(FiberControl& self) noexcept;
  void deliver_interrupt();

  static void fiber_entry(boost::context::detail::transfer_t transfer);
  static void hub_entry(boost::context::detail::transfer_t transfer);
  void finish(FiberControl& fiber) noexcept;
  static void store_death(FiberControl& fiber, std::exception_ptr error) noexcept;
  void dispose(FiberControl& fiber) noexcept;
  [[noreturn]] void exit_current() noexcept;
  [[noreturn]] void end_child(FiberControl& fiber) noexcept;

  [[noreturn]] void loop();
  void run_ready() noexcept;
  void run_watched(FiberControl& fiber) noexcept;
  void run_timers() noexcept;
  void wait_for_events();
  void run_callback(Runnable& entry) noexcept;
  void run_asio(Duration timeout) noexcept;
  [[nodiscard]] bool asio_has_work() noexcept;
  [[nodiscard]] bool anything_alive() const noexcept;
  void nothing_left() noexcept;
  void run_at_end() noexcept;
  void shut_down() noexcept;
  bool dismiss_fibers();
  void orphan_fibers() noexcept;
  [[nodiscard]] bool wants_tidying() const noexcept {
#if defined(GNET_TSAN)
    if (!retired_tsan_fibers_.empty()) return true;
#endif
    return stacks_->wants_trim();
  }
  void tidy() noexcept;

  static constexpr int kDrainCheck = 50;
  static constexpr int kDrainOver = -kDrainCheck;  // no budget is that small by itself
  static constexpr unsigned kColours = 16;
  static constexpr std::uint64_t kFreshCycles = 30'000;

  // Initial-exec: with a fixed place no call is needed to find it, also in a shared library.
  [[gnu::tls_model("initial-exec")]] static constinit thread_local Scheduler* current_hub_;

  FiberControl* current_;  // null while callbacks run: no fiber may be suspended
  ExceptionState* exception_state_;
  Runnable* ready_head_ = nullptr;
  Runnable** ready_tail_ = &ready_head_;
  int drain_budget_ = kDrainCheck;  // switches until the clock is looked at
  unsigned colour_ = 0;
  TimePoint now_{};
  std::uint64_t now_cycles_ = 0;

  bool polls_in_loop_ = false;  // Asio's loop is the outer one, or a watchdog looks
  bool has_asio_ = false;

  TimerHeap timers_;
  BlockPool buffers_{80 * 1024, 64};
  BlockPool chunks_{16 * 1024, 256};
  Poller poller_;
  std::unique_ptr<StackPool> stacks_ = std::make_unique<StackPool>();
  // Also those that have ended, while handles refer to them.
  IntrusiveList<FiberControl, AllFibersHook> all_fibers_;
  FiberControl main_;
  FiberControl* root_ = &main_;  // in the child of a fork() the fiber that called it, or null
  Context context_;              // the hub's own
  Context dead_context_;         // stands in for fibers that have ended
  Stack stack_;

  TimePoint drain_start_{};   // when the first budget of this drain was used up
  bool drain_timed_ = false;  // whether it has been: a short drain reads no clock
  std::size_t fiber_count_ = 0;
  std::uint64_t next_id_ = 1;
  std::uint64_t external_work_ = 0;
  std::uint64_t timed_waits_ = 0;  // whose deadline is a reason to go on
  bool shutting_down_ = false;
  IntrusiveList<AtEnd> at_end_;
  bool nothing_left_ = false;  // said while it shuts down
  WaiterList idle_waiters_;
  std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<AsioBridge> asio_;
  std::shared_ptr<HubWatch> watch_;
  ErrorHandler error_handler_;
  std::vector<void*> retired_tsan_fibers_;
  bool waiting_ended_ = false;
};

}  // namespace detail
}  // namespace gnet
