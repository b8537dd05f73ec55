// A handle to a fiber, whatever its result: state, joining, killing, links.
//
//   gnet::AnyFiber& fiber = workers.at(name);      // from a Fiber<int>, or a Fiber<>
//   if (!fiber.join(2s)) fiber.kill();
//   if (fiber.exception()) retry(name);
//
// See fiber.h for Fiber<T> and spawn().
//
// Threads: a handle belongs to the hub of its fiber.

#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "gnet/base/source_location.h"
#include "gnet/base/unique_function.h"
#include "gnet/fiber/scheduler.h"

namespace gnet {

// Thrown by get() of a fiber that was killed, and so has no value.
class FiberKilled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class AnyFiber {
 public:
  using Link = UniqueFunction<void(AnyFiber&)>;

  // A handle to nothing; only assignment, bool and destruction are allowed.
  AnyFiber() noexcept = default;
  AnyFiber(AnyFiber&& other) noexcept : control_(std::exchange(other.control_, nullptr)) {}
  AnyFiber& operator=(AnyFiber&& other) noexcept {
    if (this != &other) {
      reset();
      control_ = std::exchange(other.control_, nullptr);
    }
    return *this;
  }

  // Dropping the last handle detaches: the fiber runs on, and an error that it ends
  // with is reported. One that was never started never runs.
  ~AnyFiber() { reset(); }

  explicit operator bool() const noexcept { return control_ != nullptr; }

  // One more handle to the same fiber.
  [[nodiscard]] AnyFiber share() const noexcept {
    ++control_->references;
    return AnyFiber(control_);
  }

  // ---- state ----

  [[nodiscard]] FiberState state() const noexcept { return control_->state; }

  // Started and not finished.
  [[nodiscard]] bool active() const noexcept {
    return state() != FiberState::created && !control_->ended;
  }

  // Finished, by whatever way; killing counts.
  [[nodiscard]] bool dead() const noexcept { return control_->ended; }
  [[nodiscard]] bool ready() const noexcept { return control_->ended; }

  // Finished without an error. Death by FiberExit is no error.
  [[nodiscard]] bool successful() const noexcept { return ready() && !control_->error; }
  [[nodiscard]] bool was_killed() const noexcept { return control_->killed; }

  // What the body ended with, or null. Reading it counts as handling it.
  [[nodiscard]] std::exception_ptr exception() const noexcept {
    control_->error_retrieved = true;
    return control_->error;
  }

  // A small number, unique on its hub.
  [[nodiscard]] std::uint64_t id() const noexcept { return control_->id; }
  [[nodiscard]] std::string name() const { return control_->display_name(); }
  void set_name(std::string name) {
    control_->name = std::make_unique<std::string>(std::move(name));
  }
  [[nodiscard]] const SourceLocation& spawned_at() const noexcept { return control_->spawned_at; }

  // ---- control ----

  // Makes a created fiber ready; does nothing in any other state.
  void start();

  // Suspends until the fiber has finished. Does not throw the fiber's error, nor count it as seen:
  // that one is still reported when the last handle goes, unless get() or exception() was called.
  // Throws Misuse where there is no fiber.
  void join();

  // As join(), but gives up at the deadline: false means that it passed.
  bool join(Deadline deadline);

  // Throws FiberExit, or `error`, at the fiber's suspension point and suspends
  // until it has finished. One that has not run yet never will. Killing oneself
  // throws from the call. Does nothing to a finished fiber, nor where there is none.
  void kill(std::exception_ptr error = nullptr);

  // As kill(), but waits at most until the deadline: false means that it lives.
  bool kill(std::exception_ptr error, Deadline deadline);

  // As kill(), without waiting.
  void kill_async(std::exception_ptr error = nullptr);

  // ---- links ----

  // Has `callback` called, in a fiber of its own, when the fiber has finished; soon,
  // if it has already. Returns a number for unlink(). The handle may be moved from, as
  // into a queue: fiber.link([&](AnyFiber& done) { ended.put(std::move(done)); }).
  int link(Link callback, SourceLocation where = SourceLocation::current());
  // Only when successful().
  int link_value(Link callback, SourceLocation where = SourceLocation::current());
  // Only when not.
  int link_exception(Link callback, SourceLocation where = SourceLocation::current());

  // As link(), but on the hub, where `callback` must not suspend: cheaper.
  int link_inline(Link callback);

  // Takes a link back whose callback has not been called yet; unknown numbers are
  // ignored.
  void unlink(int link);
  [[nodiscard]] std::size_t link_count() const noexcept;

  // ---- waitable, see wait.h ----

  void add_waiter(detail::Waiter& waiter) const;

 protected:
  // As join(), but throws TimedOut at the deadline.
  void join_in_time(Deadline deadline);

  // Takes over one reference.
  explicit AnyFiber(detail::FiberControl* control) noexcept : control_(control) {}

  void reset() noexcept;

  // Whether it has finished, and the calling thread's hub has ended: destructors of static objects
  // may kill it and join it all the same.
  [[nodiscard]] bool over() const noexcept;

  // The fiber's hub; throws Misuse on other threads, and once it has ended.
  [[nodiscard]] detail::Scheduler& hub() const;

  [[nodiscard]] detail::FiberControl& control() const noexcept { return *control_; }
  [[nodiscard]] static detail::FiberControl& control_of(const AnyFiber& fiber) noexcept {
    return *fiber.control_;
  }

  // What get() throws when there is no value.
  [[nodiscard]] static std::exception_ptr failure(detail::FiberControl& control);

 private:
  friend class Nursery;
  friend void killall_fibers(AnyFiber* const* fibers, std::size_t count, std::exception_ptr error);

  int add_link(Link callback, bool inline_call, int when, SourceLocation where);

  detail::FiberControl* control_ = nullptr;
};

}  // namespace gnet
