// How a thread's scheduler begins and ends, and what becomes of handles to its fibers then.

#include <atomic>

#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/fiber/asio_bridge.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub_watch.h"
#include "gnet/fiber/lifetimes.h"
#include "gnet/fiber/local.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/overflow.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/fiber/terminate.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet::detail {

constinit thread_local Scheduler* Scheduler::current_hub_ = nullptr;

// Ends a thread's hub when the thread ends.
struct HubOwner {
  Scheduler* hub = nullptr;
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

constexpr WaitKind kShutdownWait{"fibers to end"};
constexpr Duration kShutdownGrace = std::chrono::seconds(2);
constexpr Duration kShutdownPause = std::chrono::milliseconds(10);

}  // namespace

Scheduler& Scheduler::make() {
  // Before the owner is first used, so that the signal stack goes after the hub.
  install_overflow_handler();
  install_terminate_handler();
  if (owner.gone) throw Misuse("this thread's hub has ended: too late to use fibers");
  owner.hub = new Scheduler();
  return *owner.hub;
}

bool Scheduler::ended_here() noexcept {
  return owner.gone && current_hub_ == nullptr;
}

Scheduler::Scheduler()
    : current_(&main_),
      exception_state_(thread_exception_state()),
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
      [](void* mailbox) noexcept { static_cast<Mailbox*>(mailbox)->acknowledge(); }, mailbox_.get(),
      [](void* mailbox) noexcept { return static_cast<Mailbox*>(mailbox)->renew(); });
  enlist_hub(*this);
  current_hub_ = this;
  try {
    hub_born(*this);
  } catch (...) {
    current_hub_ = nullptr;
    strike_off_hub(*this);
    throw;
  }
}

Scheduler::~Scheduler() {
  run_at_end();
  shut_down();
  strike_off_hub(*this);
  hub_ends(*this);
  set_watch(nullptr);
  destroy_locals(main_);
  release_inherited(std::exchange(main_.inherited, nullptr));
  Timeout::forget_all(main_);
  asio_.reset();
  Mailbox::discard(mailbox_->take());
  while (ready_head_ != nullptr) {
    Runnable& entry = *dequeue();
    if (!entry.is_fiber) {
      static_cast<Deferred::State&>(entry).self.reset();
    } else if (auto& fiber = static_cast<FiberControl&>(entry); fiber.ended) {
      release(fiber);  // killed before its first turn, until which it kept itself
    }
  }
  tidy();
  disarm(main_);
  main_.AllFibersHook::unlink();
  orphan_fibers();
  // Posted while the fibers were being orphaned. Not under the lock, which what is in the letters
  // may take. Later ones are refused, or go with the Mailbox.
  Mailbox::discard(mailbox_->take());
  context_.retire();
  current_hub_ = nullptr;
}

void Scheduler::run_at_end() noexcept {
  while (AtEnd* last = at_end_.pop_front()) {
    auto function = std::move(last->function_);  // it may destroy what it belongs to
    try {
      const Uninterruptible whole;
      function();
    } catch (...) {
      report_error("main", std::current_exception());
    }
  }
}

// Each fiber is killed once, as everywhere: what it does about that may take the grace.
void Scheduler::shut_down() noexcept {
  shutting_down_ = true;
  const Deadline give_up(kShutdownGrace);
  try {
    while (fiber_count_ > 0 && !give_up.passed()) {
      const bool dismissed_some = dismiss_fibers();
      main_.kill_pending = false;
      main_.attention = false;
      nothing_left_ = false;
      park(kShutdownWait, this, kShutdownPause, false);
      if (nothing_left_ && !dismissed_some) break;  // those that are left wait for ever
    }
  } catch (...) {
    report_error("main", std::current_exception());
  }
  if (fiber_count_ > 0) {
    Logger("gnet").error("{} fiber{} did not end when {} thread did:\n{}", fiber_count_,
                         fiber_count_ == 1 ? "" : "s", fiber_count_ == 1 ? "its" : "their",
                         wait_graph());
  }
}

// Kills those that have not been: also the ones that others have spawned since. Whether there
// were any.
bool Scheduler::dismiss_fibers() {
  // Killing one may end others: through handles that its captures hold. So they are kept until
  // their own turn has come.
  std::vector<FiberControl*> fibers;
  all_fibers_.for_each([&](FiberControl& fiber) {
    if (&fiber == &main_ || fiber.ended || std::exchange(fiber.dismissed, true)) return;
    retain(fiber);
    fibers.push_back(&fiber);
  });
  for (FiberControl* fiber : fibers) {
    kill(*fiber, nullptr);
    release(*fiber);
  }
  return !fibers.empty();
}

// Handles may outlive the hub. Their control blocks lie in the pool, which from now
// on belongs to them: the last to be released deletes it.
void Scheduler::orphan_fibers() noexcept {
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

void Scheduler::release_elsewhere(FiberControl& fiber) noexcept {
  struct Reference {
    explicit Reference(FiberControl& control) noexcept : fiber(&control) {}
    Reference(Reference&& other) noexcept : fiber(std::exchange(other.fiber, nullptr)) {}
    Reference& operator=(Reference&&) = delete;
    // Runs on the hub's thread, at the latest when the hub drops its letters; by then the fiber
    // may have none any more.
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
  // Nobody else knows the fiber now. Its result may do anything when it goes.
  lock.unlock();
  if (fiber.error && !fiber.error_retrieved) {
    Logger("gnet").error("{} ({}) ended with an error nobody handled: {}", fiber.display_name(),
                         origin_text(fiber.spawned_at), describe(fiber.error));
  }
  auto* pool = static_cast<StackPool*>(fiber.pool);
  fiber.destroy(fiber);
  lock.lock();
  if (--pool->orphans == 0) delete pool;
}

void Scheduler::drop_handle(FiberControl& fiber) noexcept {
  // Nobody is left who could start it: the other reference is its own.
  if (fiber.state == FiberState::created && fiber.references == 2) kill(fiber, nullptr);
  release(fiber);
}

}  // namespace gnet::detail
