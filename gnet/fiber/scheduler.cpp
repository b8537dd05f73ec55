#include "gnet/fiber/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "gnet/base/log.h"
#include "gnet/fiber/asio_bridge.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub_watch.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/local.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet {

const char* to_string(FiberState state) noexcept {
  switch (state) {
    case FiberState::created:
      return "created";
    case FiberState::scheduled:
      return "scheduled";
    case FiberState::running:
      return "running";
    case FiberState::waiting:
      return "waiting";
    case FiberState::finished:
      return "finished";
  }
  return "unknown";
}

namespace detail {

std::string FiberControl::display_name() const {
  if (name) return *name;
  return hub != nullptr && this == &hub->main_fiber() ? "main" : fmt::format("fiber-{}", id);
}

void Scheduler::wrong_thread() {
  if (ended_here()) {
    throw Misuse("used after its thread's hub has ended, as by the destructor of a static object");
  }
  throw Misuse("used on another thread than the one on whose hub it was made");
}

void Scheduler::blocking_in_hub() {
  throw Misuse("a blocking call inside a callback of the hub, where nothing may suspend");
}

// ---- fibers ----

void Scheduler::adopt(FiberControl& fiber, SourceLocation where) {
  fiber.hub = this;
  fiber.is_fiber = true;
  fiber.id = next_id_++;
  fiber.spawned_at = where;
  // The stack begins right below the block.
  fiber.context.prepare(fiber.stack.usable(), reinterpret_cast<char*>(&fiber), fiber_entry);
  if (current_ != nullptr) {
    fiber.spawned_by = current_->id;
    if (current_->inherited != nullptr) {
      fiber.inherited = share_inherited(current_->inherited);
    }
  }
  all_fibers_.push_back(fiber);
  ++fiber_count_;
}

[[gnu::always_inline]] inline void Scheduler::exit_current() noexcept {
  FiberControl& self = *current_;
  if (watch_) [[unlikely]]
    watch_->end_turn(now());
  if (--self.references == 0) dispose(self);
  // From here on the stack is the pool's, and nothing takes one from the pool
  // before the switch. `self` may be no more.
  if (FiberControl* next = next_fiber()) {
    next->state = FiberState::running;
    current_ = next;
    dead_context_.leave_to(next->context, *exception_state_);
  }
  current_ = nullptr;
  dead_context_.leave_to(context_, *exception_state_);
}

void Scheduler::fiber_entry(boost::context::detail::transfer_t transfer) {
  Scheduler& hub = *current_hub_;
  FiberControl& self = *hub.current_;
  self.context.arrive(transfer);
  if (!self.ended) {  // killed while it waited for its first turn
    self.entered = true;
    self.run(self);
    if (self.park_hook != nullptr) run_park_hook(self);
    hub.finish(self);
    if (&self == hub.root_) [[unlikely]]
      hub.end_child(self);
  }
  self.state = FiberState::finished;
  hub.exit_current();
}

void Scheduler::finish(FiberControl& fiber) noexcept {
  if (fiber.locals != nullptr) destroy_locals(fiber);
  if (fiber.inherited != nullptr) {
    release_inherited(std::exchange(fiber.inherited, nullptr));
  }
  if (fiber.fired_timeouts != nullptr) Timeout::forget_all(fiber);
  fiber.state = FiberState::finished;
  fiber.ended = true;
  fiber.attention = false;
  fiber.kill_pending = false;
  if (fiber.kill_with) fiber.kill_with = nullptr;
  fiber.ScopeHook::unlink();
  disarm(fiber);
  --fiber_count_;
  Waiter* waiter = fiber.done_waiters.pop_front();
  if (waiter == nullptr) return;
  if (fiber.done_waiters.empty()) return wake(*waiter);
  // A link that is woken goes back into the list, where unlink() finds it until it is called. So
  // the walk ends where the list did; not at its last waiter, which may be unlinked meanwhile.
  Waiter end(&fiber);
  fiber.done_waiters.push_back(end);
  for (; waiter != &end; waiter = fiber.done_waiters.pop_front()) wake(*waiter);
}

void Scheduler::dispose(FiberControl& fiber) noexcept {
  if (fiber.error && !fiber.error_retrieved) {
    report_error(fmt::format("{} ({})", fiber.display_name(), origin_text(fiber.spawned_at)),
                 std::exchange(fiber.error, nullptr));
  }
#if defined(GNET_TSAN)
  // The context may still be running: its record is destroyed by the hub.
  if (fiber.context.tsan_fiber != nullptr) {
    retired_tsan_fibers_.push_back(fiber.context.tsan_fiber);
    fiber.context.tsan_fiber = nullptr;
  }
#endif
  const Stack stack = fiber.stack;
  fiber.AllFibersHook::unlink();
  // The result goes, whose destructor may spawn: not on this stack, which is given back after it.
  // At the end of a fiber whose handles are gone it is the stack that this runs on.
  fiber.destroy(fiber);
  stacks_->give(stack);
}

// The outcome of a fiber that was killed before it ran.
void Scheduler::store_death(FiberControl& fiber, std::exception_ptr error) noexcept {
  try {
    if (error) std::rethrow_exception(error);
    fiber.killed = true;
  } catch (const FiberExit&) {
    fiber.killed = true;
  } catch (const Cancelled&) {
    fiber.killed = true;
  } catch (...) {
    fiber.error = std::move(error);
  }
}

void Scheduler::kill(FiberControl& fiber, std::exception_ptr error) {
  check_thread();
  if (fiber.ended) return;
  if (&fiber == current_) {
    if (error) std::rethrow_exception(error);
    throw FiberExit{};
  }
  if (!fiber.entered) {
    // What the body captured may do anything when it goes, also kill this fiber or
    // give it its turn, in which it finds that it has ended.
    retain(fiber);
    fiber.state = FiberState::finished;
    fiber.ended = true;
    store_death(fiber, std::move(error));
    const bool queued = fiber.queued;
    fiber.drop_body(fiber);
    finish(fiber);
    // A queued one keeps its own reference until its turn comes.
    if (!queued) release(fiber);
    release(fiber);
    return;
  }
  if (!fiber.kill_pending) {
    fiber.kill_pending = true;
    fiber.kill_with = std::move(error);
  }
  interrupt(fiber);
}

void Scheduler::update_attention(FiberControl& fiber) noexcept {
  fiber.attention = fiber.kill_pending || fiber.fired_timeouts != nullptr ||
                    (fiber.scope != nullptr && fiber.scope->effective() != nullptr);
}

void Scheduler::interrupt(FiberControl& fiber) noexcept {
  update_attention(fiber);
  if (fiber.attention && fiber.interrupts_disabled == 0) make_ready(fiber);
}

void Scheduler::deliver_interrupt() {
  FiberControl& self = *current_;
  // A destructor that runs while another exception unwinds must not throw: the
  // interrupt stays pending until the next suspension point.
  if (self.interrupts_disabled > 0 || exception_state_->uncaught > 0) return;
  if (self.kill_pending) {
    self.kill_pending = false;
    const auto error = std::exchange(self.kill_with, nullptr);
    update_attention(self);
    if (error) std::rethrow_exception(error);
    throw FiberExit{};
  }
  if (self.scope != nullptr) {
    if (const CancelScope* scope = self.scope->effective()) throw Cancelled(scope);
  }
  if (self.fired_timeouts != nullptr) Timeout::raise_first(self);
  update_attention(self);
}

void Scheduler::report_error(const std::string& fiber, std::exception_ptr error) noexcept {
  try {
    if (error_handler_) return error_handler_(fiber, std::move(error));
    Logger("gnet").error("{} ended with an error nobody handled: {}", fiber, describe(error));
  } catch (...) {
    // The handler of errors has failed: there is nobody left to tell.
  }
}

// A handler of Asio may not suspend. Where the hub runs it there is no fiber; where a fiber does,
// others would find Asio's notes of what runs on this thread in disorder.
void Scheduler::check_asio() {
  if (!asio_->is_running()) return;
  throw Misuse(
      "a handler of Asio would suspend, which none may; and it was run by a fiber: leave the "
      "io_context of a hub to the hub, without run() or poll()");
}

// ---- switching ----

void Scheduler::run_park_hook(FiberControl& self) noexcept {
  for (ParkHook* hook = std::exchange(self.park_hook, nullptr); hook != nullptr;) {
    ParkHook* const next = std::exchange(hook->next, nullptr);
    hook->run(*hook);
    hook = next;
  }
}

bool Scheduler::park(const WaitKind& kind, const void* object, Deadline deadline,
                     bool keeps_alive) {
  before_suspending(running());
  bool in_time = true;
  if (deadline.is_never()) {
    suspend(kind, object);
  } else {
    in_time = suspend_until(kind, object, deadline.when(), keeps_alive);
  }
  if (current_->attention) [[unlikely]]
    deliver_interrupt();
  return in_time;
}

bool Scheduler::suspend_until(const WaitKind& kind, const void* object, TimePoint when,
                              bool keeps_alive) {
  FiberControl& self = *current_;
  WaitAlarm& alarm = self;
  alarm.waits_until = when;
  alarm.wait_begun = timers_.take_sequence();
  if (!alarm.armed() || when < alarm.rings_at) {
    disarm(alarm);
    alarm.rings_at = when;
    timers_.insert(alarm, when, alarm.wait_begun);
  }
  alarm.has_deadline = true;
  if (keeps_alive) ++timed_waits_;
  suspend(self, kind, object);
  if (keeps_alive) --timed_waits_;
  alarm.has_deadline = false;
  return !std::exchange(alarm.timed_out, false);
}

void WaitAlarm::ring(Timer& timer) noexcept {
  auto& fiber = static_cast<FiberControl&>(static_cast<WaitAlarm&>(timer));
  WaitAlarm& alarm = fiber;
  if (!alarm.has_deadline) return;
  if (alarm.waits_until > alarm.rings_at) return fiber.hub->rearm(fiber);
  alarm.timed_out = true;
  fiber.hub->make_ready(fiber);
}

void Scheduler::rearm(FiberControl& fiber) noexcept {
  fiber.rings_at = fiber.waits_until;
  timers_.insert(fiber, fiber.waits_until, fiber.wait_begun);  // where there was room a moment ago
}

// Waits for events on the stack of the fiber that parks, which saves the way through
// the hub and back when the fiber itself, or another one, is what comes next. What
// else the hub does is left to it: a null result. The fiber has parked already, so it may
// be woken by what it polls; but nothing that is called from here may suspend it again.
FiberControl* Scheduler::poll_here() noexcept {
  Duration timeout = Duration(-1);
  if (!timers_.empty()) {
    const TimePoint time = now();
    if (timers_.earliest() <= time) return nullptr;
    timeout = timers_.earliest() - time;
  }
  Mailbox& mailbox = *mailbox_;
  if (!mailbox.try_sleep()) return nullptr;  // letters: the hub takes them
  current_ = nullptr;
  poller_.poll(*this, timeout);
  mailbox.wake_up();
  drain_timed_ = false;
  if (mailbox.has_letters() || ready_head_ == nullptr || !ready_head_->is_fiber) return nullptr;
  drain_budget_ = kDrainCheck - 1;
  return static_cast<FiberControl*>(dequeue());
}

// ---- the loop ----

void Scheduler::hub_entry(boost::context::detail::transfer_t transfer) {
  Scheduler& hub = *current_hub_;
  hub.context_.arrive(transfer);
  hub.loop();
}

void Scheduler::loop() {
  for (;;) {
    run_ready();
    if (!timers_.empty()) run_timers();
    if (wants_tidying()) [[unlikely]]
      tidy();
    wait_for_events();
    // One missed here is found by try_sleep() before the hub sleeps.
    if (!mailbox_->has_letters()) [[likely]]
      continue;
    auto* letter = mailbox_->take();
    while (letter != nullptr) {
      defer(std::move(letter->callback));
      delete std::exchange(letter, letter->next);
    }
  }
}

void Scheduler::run_ready() noexcept {
  drain_budget_ = kDrainCheck;
  drain_timed_ = false;
  while (ready_head_ != nullptr) {
    Runnable& entry = *dequeue();
    if (entry.is_fiber) {
      auto& fiber = static_cast<FiberControl&>(entry);
      fiber.state = FiberState::running;
      current_ = &fiber;
      if (watch_) [[unlikely]] {
        run_watched(fiber);
      } else {
        context_.switch_to(fiber.context, *exception_state_);
      }
    } else {
      --drain_budget_;
      if (watch_) [[unlikely]]
        watch_->begin_turn(nullptr, now_);
      run_callback(entry);
      if (watch_) [[unlikely]]
        watch_->end_turn(now());
    }
    // The fiber came back because it found nobody ready, or for the budget: then the clock decides.
    // The bound counts from the first look: a drain of few switches looks at no clock at all.
    if (drain_budget_ > 0) continue;
    drain_budget_ = kDrainCheck;
    const TimePoint time = now();
    if (!drain_timed_) {
      drain_timed_ = true;
      drain_start_ = time;
    } else if (time - drain_start_ >= kDrainBound) {
      return;
    }
  }
}

// Without a budget the fiber comes back here when it suspends. A turn begins when what went before
// has ended, for which the clock was looked at.
void Scheduler::run_watched(FiberControl& fiber) noexcept {
  const int budget = std::exchange(drain_budget_, 0);
  watch_->begin_turn(&fiber, now_);
  context_.switch_to(fiber.context, *exception_state_);
  drain_budget_ = drain_budget_ <= kDrainOver ? 0 : budget - 1;
  if (watch_) watch_->end_turn(now());
}

void Scheduler::set_watch(std::shared_ptr<HubWatch> watch) {
  check_thread();
  if (watch_) watch_->end_turn(now());
  watch_ = std::move(watch);
  polls_in_loop_ = asio_ || watch_;
  if (!watch_) return;
  drain_budget_ = 0;
  // What an earlier watch has noted is out of date.
  all_fibers_.for_each([](FiberControl& fiber) { fiber.suspended_at = TimePoint(); });
  watch_->begin_turn(current_, now());
}

void Scheduler::yield_to_loop() {
  drain_budget_ = kDrainOver;
  drain_timed_ = true;
  drain_start_ = now() - kDrainBound;
  yield();
}

void Scheduler::run_callback(Runnable& entry) noexcept {
  const auto state = std::move(static_cast<Deferred::State&>(entry).self);
  auto callback = std::move(state->callback);
  state->callback = {};
  if (!callback) return;
  try {
    callback();
  } catch (...) {
    report_error("a callback of the hub", std::current_exception());
  }
}

void Scheduler::run_timers() noexcept {
  const TimePoint time = now();
  if (watch_) [[unlikely]]
    watch_->begin_turn(nullptr, time);
  while (Timer* timer = timers_.pop_due(time)) timer->expire(*timer);
  if (watch_) [[unlikely]]
    watch_->end_turn(now());
}

void Scheduler::wait_for_events() {
  Duration timeout = Duration(-1);
  if (ready_head_ != nullptr) {
    timeout = Duration::zero();
  } else {
    if (!anything_alive()) {
      // Asking Asio runs handlers, which may have made work here.
      const bool asio_alive = asio_ && asio_has_work();
      // What has happened already counts, also where nobody had to wait for it.
      poller_.poll(*this, Duration::zero());
      if (ready_head_ != nullptr || anything_alive()) return;
      if (!asio_alive) return nothing_left();
    }
    if (!timers_.empty()) {
      const TimePoint time = Clock::now();
      timeout = timers_.earliest() > time ? timers_.earliest() - time : Duration::zero();
    }
  }
  // Whoever does not sleep need not be woken: no system call for posters while the hub is busy.
  if (timeout != Duration::zero() && !mailbox_->try_sleep()) return;
  if (watch_) [[unlikely]]
    watch_->begin_idle(now());
  if (asio_) [[unlikely]] {
    run_asio(timeout);
    timeout = Duration::zero();
  }
  poller_.poll(*this, timeout);
  mailbox_->wake_up();
  if (watch_) [[unlikely]]
    watch_->begin_turn(nullptr, now());
}

// A handler that throws leaves Asio's loop in order.
void Scheduler::run_asio(Duration timeout) noexcept {
  try {
    asio_->wait(timeout);
  } catch (...) {
    report_error("a handler of Asio", std::current_exception());
  }
}

bool Scheduler::asio_has_work() noexcept {
  for (;;) {
    try {
      return asio_->has_work();
    } catch (...) {
      report_error("a handler of Asio", std::current_exception());
    }
  }
}

// Letters that somebody here expects have a KeepAlive; those that are there already count as well.
bool Scheduler::anything_alive() const noexcept {
  return poller_.waiters > 0 || timed_waits_ > 0 || timers_.keep_alives() > 0 ||
         external_work_ > 0 || mailbox_->newest_.load(std::memory_order_relaxed) != nullptr;
}

void Scheduler::nothing_left() noexcept {
  if (!idle_waiters_.empty()) {
    while (Waiter* waiter = idle_waiters_.pop_front()) wake(*waiter);
    return;
  }
  if (shutting_down_) {
    nothing_left_ = true;
    return make_ready(main_);  // which waits in shut_down()
  }
  if (root_ == nullptr) std::exit(EXIT_SUCCESS);  // the child of a fork() by a callback
  const std::string graph = wait_graph();
  FiberControl& root = *root_;
  if (root.interrupts_disabled > 0 || root.context.exceptions.uncaught > 0) {
    Logger("gnet").error("this would block for ever, in a place that cannot be told:\n{}", graph);
    std::abort();
  }
  root.kill_pending = true;
  root.kill_with = std::make_exception_ptr(LoopExit("this would block for ever:\n" + graph));
  interrupt(root);
}

void Scheduler::tidy() noexcept {
  if (stacks_->wants_trim()) [[unlikely]]
    stacks_->trim();
#if defined(GNET_TSAN)
  for (void* fiber : retired_tsan_fibers_) destroy_tsan_fiber(fiber);
  retired_tsan_fibers_.clear();
#endif
}

}  // namespace detail
}  // namespace gnet
