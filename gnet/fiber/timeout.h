// A time limit on a stretch of code: the clock starts with the object, and when
// it expires the Timeout itself is thrown at the fiber's next suspension point.
//
// A Timeout limits the fiber that made it, until it goes out of scope. Timeouts
// nest; each is told from the others by identity, so a handler that catches one
// asks whether it is its own and otherwise rethrows it.
//
//   gnet::Timeout limit(5s);
//   try {
//     fetch(url);
//   } catch (const gnet::Timeout& fired) {
//     if (fired != limit) throw;              // somebody else's, further out
//     log.warn("gave up on {}", url);
//   }
//   bool done = gnet::Timeout(5s, gnet::silent).run([&] { fetch(url); });
//
// A Timeout does not derive from std::exception. Code that never suspends is never
// interrupted. A caught Timeout is a copy: it compares equal to the one that fired
// and limits nothing.
//
// Threads: a Timeout belongs to the fiber that made it.

#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/timer_heap.h"
#include "gnet/fiber/scheduler.h"

namespace gnet {

// Marks a Timeout whose run() returns false instead of throwing.
struct Silent {};
inline constexpr Silent silent{};

// Marks a Timeout, or a sleep(), whose end is nothing to wait for: alone it is no reason for the
// hub to go on, nor for gnet::wait() to.
struct Unreferenced {};
inline constexpr Unreferenced unreferenced{};

class Timeout : public Interrupt {
 public:
  // Starts at once. No delay: never expires. A delay of zero or less expires at
  // the next suspension point.
  explicit Timeout(std::optional<TimeSpan> delay) : Timeout(delay, Kind::plain) {}
  template <typename Rep, typename Period>
  explicit Timeout(std::chrono::duration<Rep, Period> delay)
      : Timeout(std::optional<TimeSpan>(delay), Kind::plain) {}

  Timeout(std::optional<TimeSpan> delay, Silent) : Timeout(delay, Kind::silent) {}

  Timeout(std::optional<TimeSpan> delay, Unreferenced) : Timeout(delay, Kind::plain, false) {}

  // What what() adds to the duration.
  Timeout(std::optional<TimeSpan> delay, std::string message) : Timeout(delay, Kind::plain) {
    words().message = std::move(message);
  }

  // Throws `error` instead of itself.
  Timeout(std::optional<TimeSpan> delay, std::exception_ptr error) : Timeout(delay, Kind::plain) {
    words().error = std::move(error);
  }

  // The record of another Timeout: equal to it, but without effect.
  Timeout(const Timeout& other)
      : Interrupt(other), delay_(other.delay_), kind_(other.kind_), id_(other.id_) {
    if (other.words_) words().message = other.words_->message;
  }
  Timeout& operator=(const Timeout&) = delete;

  ~Timeout() override { cancel(); }

  // Starts again, for the full delay, for the running fiber. Throws Misuse while it
  // is pending.
  void start();

  // Ends the limit; one that has expired and was not thrown yet is forgotten.
  void cancel() noexcept {
    if (timer_.armed()) {
      hub_->disarm(timer_);
      let_go();
    } else if (fired_) [[unlikely]] {
      forget();
    }
  }

  // Whether it is still to be thrown.
  [[nodiscard]] bool pending() const noexcept { return timer_.armed() || fired_; }
  [[nodiscard]] bool is_silent() const noexcept { return kind_ == Kind::silent; }

  // "timed out after 5s: the message (silent)".
  [[nodiscard]] const char* what() const noexcept override;

  // For diagnostics: the fiber that `timer` limits, if it is a Timeout's.
  [[nodiscard]] static const detail::FiberControl* limited_by(const Timer& timer) noexcept {
    if (timer.expire != expire) return nullptr;
    return static_cast<const Alarm&>(timer).owner->fiber_;
  }

  // Identity: the same Timeout, or a copy of it.
  friend bool operator==(const Timeout& a, const Timeout& b) noexcept { return a.id_ == b.id_; }

  // Calls `function` under this limit and returns true, or false when the limit
  // is silent and it was this one that ended the call. Starts when it is not
  // pending; the limit ends with run().
  template <typename F>
  bool run(F&& function) {
    if (!pending()) start();
    try {
      const Ending ending{*this};
      std::forward<F>(function)();
      return true;
    } catch (const Timeout& fired) {
      if (!is_silent() || fired != *this) throw;
      return false;
    }
  }

 private:
  friend class detail::Scheduler;

  enum class Kind : unsigned char { plain, silent };

  struct Alarm : Timer {
    explicit Alarm(Timeout* limit) noexcept : Timer(Timeout::expire), owner(limit) {}
    Timeout* owner;
  };

  struct Words {
    std::string message;
    std::exception_ptr error;
    std::string text;  // what() once asked for
  };
  Words& words() const {
    if (!words_) words_ = std::make_unique<Words>();
    return *words_;
  }

  struct Ending {
    Timeout& limit;
    ~Ending() { limit.cancel(); }
  };

  Timeout(std::optional<TimeSpan> delay, Kind kind, bool keeps_alive = true)
      : delay_(delay), kind_(kind), id_(++last_id_) {
    timer_.keeps_alive = keeps_alive;
    if (!delay) return;
    hub_ = &detail::Scheduler::current();
    arm();
  }

  void arm() {
    fiber_ = &hub_->running();
    if (*delay_ <= Duration::zero()) return fire();
    // now() may be behind, and nothing may expire early.
    hub_->arm(timer_, Deadline::after(hub_->now() + detail::Scheduler::kClockSlack, *delay_));
    ++fiber_->references;  // a Timeout may outlive its fiber
  }
  void let_go() noexcept { hub_->release(*fiber_); }
  void fire() noexcept;
  void forget() noexcept;
  static void expire(Timer& timer) noexcept;

  // Forgets what has expired and was not thrown: `fiber` ends.
  static void forget_all(detail::FiberControl& fiber) noexcept;

  // Throws the first expired Timeout of `fiber`.
  [[noreturn]] static void raise_first(detail::FiberControl& fiber);

  static thread_local std::uint64_t last_id_;

  Alarm timer_{this};
  std::optional<TimeSpan> delay_;
  Kind kind_;
  bool fired_ = false;
  std::uint64_t id_;
  detail::Scheduler* hub_ = nullptr;
  detail::FiberControl* fiber_ = nullptr;
  Timeout* next_fired_ = nullptr;
  mutable std::unique_ptr<Words> words_;  // most have none, and fit two lines of the cache
};

// Calls `function` with a limit; throws Timeout when it expires.
template <typename F>
decltype(auto) with_timeout(TimeSpan delay, F&& function) {
  Timeout limit(delay);
  return std::forward<F>(function)();
}

// As above, but returns `fallback` when this limit expires. The Timeout of an
// outer scope passes through.
template <typename T, typename F>
std::common_type_t<T, std::invoke_result_t<F>> with_timeout_or(TimeSpan delay, T&& fallback,
                                                               F&& function) {
  Timeout limit(delay);
  try {
    return std::forward<F>(function)();
  } catch (const Timeout& fired) {
    if (fired != limit) throw;
  }
  return std::forward<T>(fallback);
}

}  // namespace gnet
