// Two directions between the same two ends, each carried by a fiber: when one of them ends, what
// becomes of the other.
//
// Of pump() and of link::relay(), which say how something is carried. A Carrier has
//
//   void run();                 // to the end; sets `result`, throws Interrupts
//   void hand_on_end();         // tells the sink of it; throws std::system_error
//   exception_ptr watch_source();  // after the end: waits for the source to take nothing either
//   void discard();                      // drops what still comes, to the end
//   bool source_failed() const;    // whose fault a result of PumpEnd::error is
//   Result result;                 // a PumpDirection
//
// watch_source() returns why the source takes nothing any more, or null: that is not known.
//
// Threads: of one hub.

#pragma once

#include <exception>
#include <initializer_list>
#include <optional>
#include <system_error>
#include <utility>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/pump.h"
#include "gnet/sync/event.h"

namespace gnet::detail {

// What both directions go by.
struct Course {
  Course(Duration idle, Duration half_closed_idle, Deadline end)
      : idle_timeout(idle),
        half_close_timeout(half_closed_idle),
        deadline(end),
        last_active(Clock::now()) {}

  [[nodiscard]] bool is_limited() const noexcept {
    return !deadline.is_never() || idle_timeout > Duration::zero() ||
           half_close_timeout > Duration::zero();
  }

  // When it is enough, as things stand.
  [[nodiscard]] Deadline limit() const {
    const Duration idle =
        half_closed && half_close_timeout > Duration::zero() ? half_close_timeout : idle_timeout;
    if (idle <= Duration::zero()) return deadline;
    return deadline.earlier(Deadline(Deadline::after(last_active, idle)));
  }

  void moved() noexcept { last_active = Scheduler::current().now(); }

  void direction_ended() {
    half_closed = true;
    moved();
    changed.set();
  }

  const Duration idle_timeout;
  const Duration half_close_timeout;
  const Deadline deadline;
  TimePoint last_active;
  bool half_closed = false;
  bool expired = false;
  bool any_error_ends = false;  // of either direction: both
  Event changed;                // the limit is another one now
};

// A direction in a scope, by which it is ended from outside.
template <typename Carrier>
class Half {
 public:
  template <typename... Args>
  explicit Half(Course& course, Args&&... args)
      : carrier_(std::forward<Args>(args)...), course_(course) {}

  // Null for `other`: there is no direction the other way, and the end is not handed on.
  void run(Half* other) {
    const bool completed = scope_.run([&] {
      carrier_.run();
      if (other != nullptr && carrier_.result.end == PumpEnd::eof) hand_on_end();
    });
    if (!completed) {
      carrier_.result.end = course_.expired ? PumpEnd::timed_out : PumpEnd::cut;
      if (sink_failure_) fail(sink_failure_);
    }
    ended_ = true;
    course_.direction_ended();
    if (other == nullptr) return;
    other->watch_.cancel();
    if (other->ended_) return;
    if (carrier_.result.end == PumpEnd::eof) watch_sink_of(*other);
    // A source that is not read any more may not read either, and the other direction be stuck.
    if (carrier_.result.end == PumpEnd::error && !ends_both()) {
      watch_.run([this] { carrier_.discard(); });
    }
  }

  void cancel() {
    scope_.cancel();
    watch_.cancel();
  }

  // Whether the other direction has nothing to go on for. A source that has failed takes nothing
  // either; a sink that has failed may still have something to say.
  [[nodiscard]] bool ends_both() const noexcept {
    return (carrier_.result.end == PumpEnd::error &&
            (course_.any_error_ends || carrier_.source_failed())) ||
           carrier_.result.end == PumpEnd::limit;
  }

  [[nodiscard]] auto& result() noexcept { return carrier_.result; }

 private:
  // Everything was sent before: that the sink could not be told is no error of the direction.
  void hand_on_end() {
    try {
      carrier_.hand_on_end();
    } catch (const std::system_error&) {
      carrier_.result.error = std::current_exception();
    }
  }

  // Nothing comes from there any more. That nothing arrives there either would show only when
  // there is something to send.
  void watch_sink_of(Half& other) {
    std::exception_ptr failure;
    watch_.run([&] { failure = carrier_.watch_source(); });
    if (!failure || other.ended_) return;
    other.sink_failure_ = failure;
    other.scope_.cancel();
  }

  void fail(const std::exception_ptr& error) {
    carrier_.result.end = PumpEnd::error;
    carrier_.result.error = error;
  }

  Carrier carrier_;
  Course& course_;
  CancelScope scope_;
  CancelScope watch_;  // of watch_sink_of()
  std::exception_ptr sink_failure_;
  bool ended_ = false;
};

// A fiber that ends with this block, at the latest.
class Companion {
 public:
  template <typename F>
  explicit Companion(const char* name, F&& function)
      : fiber_(spawn({.name = name}, std::forward<F>(function))) {}
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  ~Companion() {
    const Uninterruptible until_it_has_ended;
    fiber_.kill();
  }

  void get() { fiber_.get(); }

 private:
  Fiber<> fiber_;
};

// Cancels the halves when their course has come to its limit.
template <typename Carrier>
void watch_course(Course& course, std::initializer_list<Half<Carrier>*> halves) {
  while (!course.limit().passed()) {
    course.changed.clear();
    static_cast<void>(course.changed.wait(course.limit()));
    // After a long turn of somebody else what has come meanwhile is looked at first.
    if (course.limit().passed()) sleep(Duration::zero());
  }
  course.expired = true;
  for (Half<Carrier>* half : halves) half->cancel();
}

// Suspends until both have ended. An interrupt, or what is no error of a stream, ends both and is
// thrown.
template <typename Carrier>
void run_both_ways(Half<Carrier>& forward, Half<Carrier>& backward, Course& course) {
  Companion other("pump", [&] {
    try {
      backward.run(&forward);
    } catch (...) {
      forward.cancel();
      throw;
    }
    if (backward.ends_both()) forward.cancel();
  });
  std::optional<Companion> clock;
  if (course.is_limited()) {
    clock.emplace("pump's clock", [&] { watch_course(course, {&forward, &backward}); });
  }
  forward.run(&backward);
  if (forward.ends_both()) backward.cancel();
  other.get();
}

// The same of one direction alone, whose end is not handed on.
template <typename Carrier>
void run_one_way(Half<Carrier>& half, Course& course) {
  std::optional<Companion> clock;
  if (course.is_limited()) clock.emplace("pump's clock", [&] { watch_course(course, {&half}); });
  half.run(nullptr);
}

}  // namespace gnet::detail
