// A stretch of code that can be cancelled as a whole.
//
// Once cancelled, every suspension point inside the scope throws Cancelled, again
// and again, until the scope is left (a Timeout or a kill strikes once). Scopes
// nest; when several are cancelled, the outermost wins. A shielded scope keeps
// cancellation from outside away from what it contains, for clean-up.
//
//   gnet::CancelScope scope(5s);
//   bool completed = scope.run([&] { talk_to(peer); });
//   // elsewhere: scope.cancel();
//
// Threads: a scope belongs to one hub. It may be entered once.

#pragma once

#include <type_traits>
#include <utility>

#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/fiber/timeout.h"

namespace gnet {

class CancelScope : ListHook {
 public:
  // The scope cancels itself at the deadline.
  explicit CancelScope(Deadline deadline = Deadline::never(), bool shield = false) noexcept;
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;
  ~CancelScope() { close(); }

  // Calls `function` inside the scope. True: it completed. False: it was ended by
  // this scope's cancellation. Throws what `function` throws, and Misuse when the
  // scope has been entered before.
  template <typename F>
  bool run(F&& function) {
    const Entry entry(*this);
    try {
      std::forward<F>(function)();
      return true;
    } catch (const Cancelled& cancelled) {
      if (cancelled.scope() != this) throw;
      caught_ = true;
      return false;
    }
  }

  // Cancels everything that runs inside; may be called before the scope is entered.
  void cancel();

  [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }

  // Whether run() ended something because of this scope's cancellation.
  [[nodiscard]] bool caught() const noexcept { return caught_; }

  // Moves the deadline; one that has passed cancels at once. Without effect once cancelled.
  void reschedule(Deadline deadline);

  // ---- for Nursery and the hub ----

  // Makes the scope a child of the running fiber's scope.
  void open();
  void close() noexcept;

  // Puts a fiber that has not started inside the open scope.
  void admit(detail::FiberControl& fiber);

  // Runs `function` on the running fiber inside the open scope.
  template <typename F>
  void enclose(F&& function) {
    const Enclosure enclosure(*this);
    std::forward<F>(function)();
  }

  // Whether this scope, or one around it, has a deadline that is still to come.
  [[nodiscard]] bool is_limited() const noexcept;

  // The scope whose deadline `timer` is, or null.
  [[nodiscard]] static const CancelScope* of(const Timer& timer) noexcept {
    return timer.expire == expire ? static_cast<const Alarm&>(timer).owner : nullptr;
  }

  // Whether this is `inner` or one around it.
  [[nodiscard]] bool reaches(const CancelScope* inner) const noexcept;

  // The outermost cancelled scope that reaches into this one, or null.
  [[nodiscard]] const CancelScope* effective() const noexcept;

 private:
  friend class IntrusiveList<CancelScope>;

  struct Enclosure {
    explicit Enclosure(CancelScope& entered);
    ~Enclosure();
    CancelScope& scope;
    detail::FiberControl& fiber;
  };
  struct Entry {
    explicit Entry(CancelScope& entered) : opening(entered), enclosure(entered) {}
    struct Opening {
      explicit Opening(CancelScope& opened) : scope(opened) { scope.open(); }
      ~Opening() { scope.close(); }
      CancelScope& scope;
    } opening;
    Enclosure enclosure;
  };

  struct Alarm : Timer {
    explicit Alarm(CancelScope* scope) noexcept : Timer(CancelScope::expire), owner(scope) {}
    CancelScope* owner;
  };
  static void expire(Timer& timer) noexcept;

  void move_here(detail::FiberControl& fiber) noexcept;
  void crossed_by(detail::FiberControl& fiber) const noexcept;
  void propagate() noexcept;

  detail::Scheduler* hub_ = nullptr;
  CancelScope* parent_ = nullptr;
  IntrusiveList<CancelScope> children_;
  IntrusiveList<detail::FiberControl, detail::ScopeHook> fibers_;  // whose innermost this is
  Alarm timer_{this};
  Deadline deadline_;
  bool shield_;
  bool entered_ = false;
  bool cancelled_ = false;
  bool caught_ = false;
};

// Calls `function` and cancels it after `delay`: false when that happened.
template <typename F>
bool move_on_after(TimeSpan delay, F&& function) {
  return CancelScope(delay).run(std::forward<F>(function));
}

// As move_on_after(), but throws Timeout when that happened.
template <typename F>
void fail_after(TimeSpan delay, F&& function) {
  if (!move_on_after(delay, std::forward<F>(function))) throw Timeout(std::nullopt, "too slow");
}

// While one exists, no interrupt is delivered to the running fiber; what was held
// back comes at the next suspension point after it. For clean-up that must not be
// torn, and has to be short.
class Uninterruptible {
 public:
  Uninterruptible() : fiber_(detail::Scheduler::current().running()) {
    ++fiber_.interrupts_disabled;
  }
  Uninterruptible(const Uninterruptible&) = delete;
  Uninterruptible& operator=(const Uninterruptible&) = delete;
  ~Uninterruptible() { --fiber_.interrupts_disabled; }

 private:
  detail::FiberControl& fiber_;
};

}  // namespace gnet
