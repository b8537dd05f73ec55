#include "gnet/sync/thread_channel.h"

#include "gnet/base/error.h"

namespace gnet {
namespace detail {
namespace {

// Makes a fiber ready on its hub's thread. Holds a reference to the fiber, which may have
// stopped waiting by then: a wake-up too many does no harm.
class Wake {
 public:
  explicit Wake(FiberControl& fiber) noexcept : fiber_(&fiber) {}
  Wake(Wake&& other) noexcept : fiber_(std::exchange(other.fiber_, nullptr)) {}
  Wake& operator=(Wake&&) = delete;
  ~Wake() {
    if (fiber_ != nullptr) detail::Scheduler::release_elsewhere(*fiber_);
  }

  void operator()() noexcept {
    FiberControl& fiber = *std::exchange(fiber_, nullptr);
    detail::Scheduler& hub = detail::Scheduler::current();
    if (!fiber.ended) hub.make_ready(fiber);
    hub.release(fiber);
  }

 private:
  FiberControl* fiber_;
};

}  // namespace

void checkpoint_if_fiber() {
  if (detail::Scheduler* hub = detail::Scheduler::current_if_any()) hub->checkpoint();
}

void throw_thread_channel_destroyed() {
  throw Misuse("destroyed while somebody waits for it: ThreadChannel");
}

ThreadLine::Place::Place() : hub(detail::Scheduler::current_if_any()) {
  if (hub == nullptr) return;
  fiber = &hub->running();
  mailbox = hub->mailbox();
  hub->retain(*fiber);
}

ThreadLine::Place::~Place() {
  // Otherwise the wake-up has the reference.
  if (hub != nullptr && !told) hub->release(*fiber);
}

void ThreadLine::Place::wait(Lock& lock, const WaitKind& kind, const void* object,
                             Deadline deadline) {
  // Whatever way this ends: with the lock.
  struct Unlocked {
    explicit Unlocked(Lock& held) : lock(held) { lock.unlock(); }
    ~Unlocked() { lock.lock(); }
    Lock& lock;
  };
  bool in_time = true;
  if (hub != nullptr) {
    const detail::Scheduler::KeepAlive others_may_wake_it(*hub);
    while (in_time && !told) {
      const Unlocked unlocked(lock);
      in_time = hub->park(kind, object, deadline);
    }
  } else {
    while (in_time && !told) {
      const Unlocked unlocked(lock);
      if (deadline.is_never()) {
        semaphore.acquire();
      } else {
        in_time = semaphore.try_acquire_until(deadline.when());
      }
    }
  }
}

void ThreadLine::Place::tell() {
  told = true;
  if (hub == nullptr) {
    semaphore.release();
  } else if (hub == detail::Scheduler::current_if_any()) {
    hub->make_ready(*fiber);
    hub->release(*fiber);
  } else {
    mailbox->post(Wake(*fiber));
  }
}

bool ThreadLine::grant_one() {
  Place* first = places_.pop_front();
  if (first == nullptr) return false;
  first->granted = true;
  ++granted_;
  first->tell();
  return true;
}

void ThreadLine::dismiss() {
  while (Place* place = places_.pop_front()) place->tell();
}

}  // namespace detail
}  // namespace gnet
