#include "gnet/fiber/hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>

#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/fiber/asio_bridge.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub_watch.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/local.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/overflow.h"
#include "gnet/fiber/terminate.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet {

using detail::FiberControl;
using detail::Runnable;
using detail::Waiter;
using detail::WaitKind;

constinit thread_local Hub* Hub::current_hub_ = nullptr;

// Ends a thread's hub when the thread ends.
struct HubOwner {
  Hub* hub = nullptr;
  bool gone = false;

  ~HubOwner() {
    gone = true;
    // exit() called by another fiber than main: the process ends on that fiber's
    // stack, which must stay.
    if (hub != nullptr && hub->current_ == &hub->main_) delete hub;
  }
};

namespace {

thread_local HubOwner owner;

constexpr WaitKind kIdleWait{"everything else to end"};
constexpr WaitKind kShutdownWait{"fibers to end"};
constexpr Duration kShutdownGrace = std::chrono::seconds(2);
constexpr Duration kShutdownPause = std::chrono::milliseconds(10);

// Guards what happens to a fiber's handles on other threads against the end of the
// fiber's hub.
constinit std::mutex lifetimes;

}  // namespace

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

std::string FiberControl::display_name() const {
  if (name) return *name;
  return hub != nullptr && this == &hub->main_fiber() ? "main" : fmt::format("fiber-{}", id);
}

// ---- deferred callbacks ----

struct Deferred::State : Runnable {
  UniqueFunction<void()> callback;
  std::shared_ptr<State> self;  // while queued
};

bool Deferred::pending() const noexcept {
  return state_ && state_->callback;
}

void Deferred::stop() noexcept {
  if (state_) state_->callback = {};
}

Deferred Hub::defer(UniqueFunction<void()> callback) {
  check_thread();
  Deferred handle;
  handle.state_ = std::make_shared<Deferred::State>();
  handle.state_->callback = std::move(callback);
  handle.state_->self = handle.state_;
  enqueue(*handle.state_);
  return handle;
}

void Hub::run_callback(Runnable& entry) noexcept {
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

void Hub::post(UniqueFunction<void()> callback) {
  mailbox_->post(std::move(callback));
}

// ---- birth and death ----

Hub& Hub::make() {
  // Before the owner is first used, so that the signal stack goes after the hub.
  detail::install_overflow_handler();
  detail::install_terminate_handler();
  if (owner.gone) throw Misuse("this thread's hub has ended: too late to use fibers");
  owner.hub = new Hub();
  return *owner.hub;
}

Hub::Hub()
    : current_(&main_),
      exception_state_(detail::thread_exception_state()),
      mailbox_(std::make_shared<Mailbox>()) {
  main_.hub = this;
  main_.is_fiber = true;
  main_.entered = true;
  main_.state = FiberState::running;
  main_.spawned_at = SourceLocation();
  all_fibers_.push_back(main_);
  stack_ = take_stack(0);
  context_.prepare(stack_.usable(), stack_.top(), hub_entry);
  poller_.watch(
      mailbox_->event_.get(),
      [](void* mailbox) noexcept { static_cast<Mailbox*>(mailbox)->acknowledge(); },
      mailbox_.get());
  current_hub_ = this;
  detail::hub_born(*this);
}

Hub::~Hub() {
  shut_down();
  detail::hub_ends(*this);
  set_watch(nullptr);
  detail::destroy_locals(main_);
  detail::release_inherited(std::exchange(main_.inherited, nullptr));
  Timeout::forget_all(main_);
  asio_.reset();
  Mailbox::discard(mailbox_->take());
  while (ready_head_ != nullptr) {
    Runnable& entry = *dequeue();
    if (!entry.is_fiber) {
      static_cast<Deferred::State&>(entry).self.reset();
    } else if (auto& fiber = static_cast<FiberControl&>(entry); fiber.ended) {
      release(fiber);  // killed before its first turn, for which it kept itself
    }
  }
  tidy();
  main_.AllFibersHook::unlink();
  orphan_fibers();
  // Posted while the fibers were being orphaned.
  Mailbox::discard(mailbox_->take());
  context_.retire();
  current_hub_ = nullptr;
}

void Hub::shut_down() noexcept {
  shutting_down_ = true;
  const auto give_up = Clock::now() + kShutdownGrace;
  try {
    // A fiber that swallows its interrupt is interrupted again, until the grace ends.
    for (bool stubborn = false; fiber_count_ > 0 && Clock::now() < give_up;) {
      const std::size_t before = fiber_count_;
      // Killing one may end others: through handles that its captures hold.
      std::vector<FiberControl*> fibers;
      all_fibers_.for_each([&](FiberControl& fiber) {
        if (&fiber == &main_ || fiber.ended) return;
        retain(fiber);
        fibers.push_back(&fiber);
      });
      for (FiberControl* fiber : fibers) {
        kill(*fiber, nullptr);
        release(*fiber);
      }
      main_.kill_pending = false;
      main_.attention = false;
      // Ends early when nothing is left to do; those that stay get a pause.
      park(kShutdownWait, this, kShutdownPause, stubborn);
      stubborn = fiber_count_ == before;
    }
  } catch (...) {
    report_error("main", std::current_exception());
  }
  if (fiber_count_ > 0) {
    Logger("gnet").error("{} fibers did not end when their thread did:\n{}", fiber_count_,
                         wait_graph());
  }
}

// Handles may outlive the hub. Their control blocks lie in the pool, which from now
// on belongs to them.
void Hub::orphan_fibers() noexcept {
  const std::lock_guard lock(lifetimes);
  mailbox_->closed_.store(true, std::memory_order_release);
  auto orphan = [this](FiberControl& fiber) {
    std::atomic_ref(fiber.hub).store(nullptr, std::memory_order_relaxed);
    fiber.pool = stacks_.get();
    ++stacks_->orphans;
  };
  while (FiberControl* fiber = all_fibers_.pop_front()) {
    if (fiber->ended) fiber->context.retire();
    orphan(*fiber);
  }
  if (stacks_->orphans > 0) [[maybe_unused]]
    auto* kept = stacks_.release();
}

void Hub::release_elsewhere(FiberControl& fiber) noexcept {
  struct Reference {
    explicit Reference(FiberControl& control) noexcept : fiber(&control) {}
    Reference(Reference&& other) noexcept : fiber(std::exchange(other.fiber, nullptr)) {}
    Reference& operator=(Reference&&) = delete;
    // Runs on the hub's thread, at the latest when the hub drops its letters.
    ~Reference() {
      if (fiber == nullptr) return;
      if (fiber->hub != nullptr) {
        fiber->hub->drop_handle(*fiber);
      } else {
        release_elsewhere(*fiber);
      }
    }
    void operator()() noexcept {}
    FiberControl* fiber;
  };
  std::unique_lock lock(lifetimes);
  if (fiber.hub != nullptr) {
    fiber.hub->mailbox_->post(Reference(fiber));
    return;
  }
  if (--fiber.references > 0) return;
  lock.unlock();
  if (fiber.error && !fiber.error_retrieved) {
    Logger("gnet").error("{} ({}) ended with an error nobody handled: {}", fiber.display_name(),
                         detail::origin_text(fiber.spawned_at), describe(fiber.error));
  }
  auto* pool = static_cast<detail::StackPool*>(fiber.pool);
  fiber.destroy(fiber);
  lock.lock();
  if (--pool->orphans == 0) delete pool;
}

void Hub::drop_handle(FiberControl& fiber) noexcept {
  // Nobody is left who could start it.
  if (fiber.state == FiberState::created && fiber.references == 2) kill(fiber, nullptr);
  release(fiber);
}

void Hub::wrong_thread() {
  throw Misuse("an object of one thread's hub was used on another thread");
}

void Hub::blocking_in_hub() {
  throw Misuse("a blocking call inside a callback of the hub, where nothing may suspend");
}

// ---- fibers ----

void Hub::adopt(FiberControl& fiber, SourceLocation where) {
  fiber.hub = this;
  fiber.is_fiber = true;
  fiber.id = next_id_++;
  fiber.spawned_at = where;
  // The stack begins right below the block.
  fiber.context.prepare(fiber.stack.usable(), reinterpret_cast<char*>(&fiber), fiber_entry);
  if (current_ != nullptr) {
    fiber.spawned_by = current_->id;
    if (current_->inherited != nullptr) {
      fiber.inherited = detail::share_inherited(current_->inherited);
    }
  }
  all_fibers_.push_back(fiber);
  ++fiber_count_;
}

void Hub::start(FiberControl& fiber) noexcept {
  if (fiber.state != FiberState::created) return;
  fiber.state = FiberState::scheduled;
  enqueue(fiber);
  if (!spawn_observers_.empty()) [[unlikely]] {
    const auto observers = spawn_observers_;
    for (const auto& [token, observer] : observers) {
      try {
        observer(fiber.id);
      } catch (...) {
        report_error("an observer of spawns", std::current_exception());
      }
    }
  }
}

int Hub::on_spawn(SpawnObserver observer) {
  spawn_observers_.emplace_back(next_observer_, std::move(observer));
  return next_observer_++;
}

void Hub::remove_spawn_observer(int token) {
  std::erase_if(spawn_observers_, [token](const auto& entry) { return entry.first == token; });
}

[[gnu::always_inline]] inline void Hub::exit_current() noexcept {
  FiberControl& self = *current_;
  if (watch_) [[unlikely]]
    watch_->end_turn(now());
  if (--self.references == 0) dispose(self);
  // From here on the stack is the pool's, and nothing takes one from the pool
  // before the switch.
  if (FiberControl* next = next_fiber()) {
    next->state = FiberState::running;
    current_ = next;
    dead_context_.leave_to(next->context, *exception_state_);
  }
  current_ = nullptr;
  dead_context_.leave_to(context_, *exception_state_);
}

void Hub::fiber_entry(boost::context::detail::transfer_t transfer) {
  Hub& hub = *current_hub_;
  FiberControl& self = *hub.current_;
  self.context.arrive(transfer);
  if (!self.ended) {  // killed while it waited for its first turn
    self.entered = true;
    self.run(self);
    hub.finish(self);
  }
  self.state = FiberState::finished;
  hub.exit_current();
}

void Hub::finish(FiberControl& fiber) noexcept {
  if (fiber.locals != nullptr) detail::destroy_locals(fiber);
  if (fiber.inherited != nullptr) {
    detail::release_inherited(std::exchange(fiber.inherited, nullptr));
  }
  if (fiber.fired_timeouts != nullptr) Timeout::forget_all(fiber);
  fiber.state = FiberState::finished;
  fiber.ended = true;
  fiber.attention = false;
  fiber.kill_pending = false;
  if (fiber.kill_with) fiber.kill_with = nullptr;
  fiber.ScopeHook::unlink();
  --fiber_count_;
  // Links whose turn comes later go back into the list, behind the last of now.
  const Waiter* const last = fiber.done_waiters.back_if_any();
  while (Waiter* waiter = last != nullptr ? fiber.done_waiters.pop_front() : nullptr) {
    wake(*waiter);
    if (waiter == last) return;
  }
}

void Hub::dispose(FiberControl& fiber) noexcept {
  if (fiber.error && !fiber.error_retrieved) {
    report_error(
        fmt::format("{} ({})", fiber.display_name(), detail::origin_text(fiber.spawned_at)),
        std::exchange(fiber.error, nullptr));
  }
#if defined(GNET_TSAN)
  // The context may still be running: its record is destroyed by the hub.
  if (fiber.context.tsan_fiber != nullptr) {
    retired_tsan_fibers_.push_back(fiber.context.tsan_fiber);
    fiber.context.tsan_fiber = nullptr;
  }
#endif
  const detail::Stack stack = fiber.stack;
  fiber.AllFibersHook::unlink();
  fiber.destroy(fiber);
  stacks_->give(stack);
}

// The outcome of a fiber that was killed before it ran.
void Hub::store_death(FiberControl& fiber, std::exception_ptr error) noexcept {
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

void Hub::kill(FiberControl& fiber, std::exception_ptr error) {
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

void Hub::update_attention(FiberControl& fiber) noexcept {
  fiber.attention = fiber.kill_pending || fiber.fired_timeouts != nullptr ||
                    (fiber.scope != nullptr && fiber.scope->effective() != nullptr);
}

void Hub::interrupt(FiberControl& fiber) noexcept {
  update_attention(fiber);
  if (fiber.attention && fiber.interrupts_disabled == 0) make_ready(fiber);
}

void Hub::deliver_interrupt() {
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

void Hub::raise_in_main(std::exception_ptr error) {
  check_thread();
  if (current_ == &main_) std::rethrow_exception(error);
  main_.kill_pending = true;
  main_.kill_with = std::move(error);
  interrupt(main_);
}

void Hub::report_error(const std::string& fiber, std::exception_ptr error) noexcept {
  try {
    if (error_handler_) return error_handler_(fiber, std::move(error));
    Logger("gnet").error("{} ended with an error nobody handled: {}", fiber, describe(error));
  } catch (...) {
    // The handler of errors has failed: there is nobody left to tell.
  }
}

// ---- switching ----

bool Hub::park(const WaitKind& kind, const void* object, Deadline deadline, bool keeps_alive) {
  checkpoint();
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

bool Hub::suspend_until(const WaitKind& kind, const void* object, TimePoint when,
                        bool keeps_alive) {
  struct Alarm : Timer {
    Alarm(Hub& hub, FiberControl& fiber)
        : Timer([](Timer& timer) noexcept {
            auto& self = static_cast<Alarm&>(timer);
            self.expired = true;
            self.hub.make_ready(self.fiber);
          }),
          hub(hub),
          fiber(fiber) {}
    ~Alarm() { hub.disarm(*this); }
    Hub& hub;
    FiberControl& fiber;
    bool expired = false;
  };
  Alarm alarm(*this, *current_);
  alarm.keeps_alive = keeps_alive;
  arm(alarm, when);
  FiberControl& self = *current_;
  self.waits_until = when;
  suspend(self, kind, object);
  self.waits_until = TimePoint();
  return !alarm.expired;
}

// Waits for events on the stack of the fiber that parks, which saves the way through
// the hub and back when the fiber itself, or another one, is what comes next. What
// else the hub does is left to it: a null result.
FiberControl* Hub::poll_here() noexcept {
  Mailbox& mailbox = *mailbox_;
  if (!mailbox.try_sleep()) return nullptr;
  current_ = nullptr;
  poller_.poll(*this, Duration(-1));
  mailbox.wake_up();
  if (mailbox.has_letters()) return nullptr;
  drain_budget_ = kDrainCheck;
  drain_timed_ = false;
  return next_fiber();
}

// ---- the loop ----

void Hub::hub_entry(boost::context::detail::transfer_t transfer) {
  Hub& hub = *current_hub_;
  hub.context_.arrive(transfer);
  hub.loop();
}

void Hub::loop() {
  for (;;) {
    run_ready();
    if (!timers_.empty()) run_timers();
    if (wants_tidying()) [[unlikely]]
      tidy();
    wait_for_events();
    if (!mailbox_->has_letters()) [[likely]]
      continue;
    auto* letter = mailbox_->take();
    while (letter != nullptr) {
      defer(std::move(letter->callback));
      delete std::exchange(letter, letter->next);
    }
  }
}

void Hub::run_ready() noexcept {
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
void Hub::run_watched(FiberControl& fiber) noexcept {
  const int budget = std::exchange(drain_budget_, 0);
  watch_->begin_turn(&fiber, now_);
  context_.switch_to(fiber.context, *exception_state_);
  drain_budget_ = drain_budget_ <= kDrainOver ? 0 : budget - 1;
  if (watch_) watch_->end_turn(now());
}

void Hub::set_watch(std::shared_ptr<detail::HubWatch> watch) {
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

void Hub::yield_to_loop() {
  drain_budget_ = kDrainOver;
  drain_timed_ = true;
  drain_start_ = now() - kDrainBound;
  yield();
}

void Hub::run_timers() noexcept {
  const TimePoint time = now();
  if (watch_) [[unlikely]]
    watch_->begin_turn(nullptr, time);
  while (Timer* timer = timers_.pop_due(time)) timer->expire(*timer);
  if (watch_) [[unlikely]]
    watch_->end_turn(now());
}

void Hub::wait_for_events() {
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
      timeout = std::max(timers_.earliest() - Clock::now(), Duration::zero());
    }
  }
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
void Hub::run_asio(Duration timeout) noexcept {
  try {
    asio_->wait(timeout);
  } catch (...) {
    report_error("a handler of Asio", std::current_exception());
  }
}

bool Hub::asio_has_work() noexcept {
  for (;;) {
    try {
      return asio_->has_work();
    } catch (...) {
      report_error("a handler of Asio", std::current_exception());
    }
  }
}

bool Hub::anything_alive() const noexcept {
  return poller_.waiters > 0 || timers_.keep_alives() > 0 || external_work_ > 0 ||
         mailbox_->newest_.load(std::memory_order_relaxed) != nullptr;
}

void Hub::nothing_left() noexcept {
  if (!idle_waiters_.empty()) {
    while (Waiter* waiter = idle_waiters_.pop_front()) wake(*waiter);
    return;
  }
  if (shutting_down_) return make_ready(main_);
  const std::string graph = wait_graph();
  if (main_.interrupts_disabled > 0 || main_.context.exceptions.uncaught > 0) {
    Logger("gnet").error("this would block for ever, in a place that cannot be told:\n{}", graph);
    std::abort();
  }
  raise_in_main(std::make_exception_ptr(LoopExit("this would block for ever:\n" + graph)));
}

void Hub::end_waiting(bool ended) {
  check_thread();
  waiting_ended_ = ended;
  if (!ended) return;
  while (Waiter* waiter = idle_waiters_.pop_front()) wake(*waiter);
}

bool Hub::wait_idle(Deadline deadline) {
  check_thread();
  if (waiting_ended_) return true;
  Waiter waiter(&running());
  idle_waiters_.push_back(waiter);
  while (!waiter.signalled) {
    // This deadline is nothing that is left to do.
    if (!park(kIdleWait, this, deadline, false) && !waiter.signalled) return false;
  }
  return true;
}

void Hub::tidy() noexcept {
  if (stacks_->wants_trim()) [[unlikely]]
    stacks_->trim();
#if defined(GNET_TSAN)
  for (void* fiber : retired_tsan_fibers_) __tsan_destroy_fiber(fiber);
  retired_tsan_fibers_.clear();
#endif
}

asio::io_context& Hub::io_context() {
  check_thread();
  if (!asio_) asio_ = std::make_unique<AsioBridge>(poller_.native_handle());
  polls_in_loop_ = true;
  return asio_->io_context();
}

}  // namespace gnet
