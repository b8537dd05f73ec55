// Waiting for several things at once.
//
// Anything waitable will do, mixed: fibers, Events, AsyncResults, Semaphores.
//
//   auto first = gnet::wait_any(download, cancelled);             // 0 or 1
//   auto done = gnet::wait(fibers, {.deadline = 5s, .count = 3}); // indexes, as they came
//   gnet::joinall(fibers);
//
// Threads: everything waited for belongs to the calling hub.

#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <vector>

#include "gnet/base/ranges.h"
#include "gnet/fiber/fiber.h"

namespace gnet {

// Can be waited for: ready() tells whether it has happened, add_waiter() takes a
// one-shot waiter that is woken when it does.
template <typename T>
concept Waitable = requires(const T& object, detail::Waiter& waiter) {
  { object.ready() } -> std::convertible_to<bool>;
  object.add_waiter(waiter);
};

struct WaitOptions {
  Deadline deadline = Deadline::never();
  std::size_t count = SIZE_MAX;  // how many suffice
};

namespace detail {

// Collects what happens, in order.
class WaitSet {
 public:
  WaitSet();
  WaitSet(const WaitSet&) = delete;
  WaitSet& operator=(const WaitSet&) = delete;

  template <Waitable T>
  void add(const T& object) {
    entries_.push_back(std::make_unique<Entry>(*this, entries_.size()));
    if constexpr (std::derived_from<T, AnyFiber>) entries_.back()->fiber = control_of(object);
    if (object.ready()) {
      done_.push_back(entries_.back()->index);
    } else {
      object.add_waiter(*entries_.back());
    }
  }

  // Suspends until `count` of them have happened, all have, or the deadline passed.
  // Returns the indexes of those that have, in order. Throws Misuse when one was
  // destroyed meanwhile.
  std::vector<std::size_t> wait(const WaitOptions& options);

 private:
  struct Entry : Waiter {
    Entry(WaitSet& set, std::size_t index) noexcept;
    WaitSet& set;
    std::size_t index;
    const FiberControl* fiber = nullptr;  // that is waited for, if it is one
  };

  static const FiberControl* control_of(const AnyFiber& fiber) noexcept {
    struct Access : AnyFiber {
      using AnyFiber::control_of;
    };
    return &Access::control_of(fiber);
  }
  static void enders(const FiberControl& waiter, Enders& enders);

  detail::Scheduler& hub_;
  FiberControl& fiber_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::vector<std::size_t> done_;
  std::size_t enough_ = 0;
  bool abandoned_ = false;  // something that is waited for was destroyed
};

template <typename T>
auto& pointee(T& item) {
  if constexpr (Waitable<T>) {
    return item;
  } else {
    return *item;  // a pointer of any kind
  }
}

}  // namespace detail

// Suspends until everything in the range (of waitables, or pointers to them) has
// happened, `count` of it, or the deadline passed. Returns the indexes of what has,
// in the order in which it happened.
template <std::ranges::range Range>
std::vector<std::size_t> wait(Range&& objects, WaitOptions options = {}) {
  detail::WaitSet set;
  for (auto& object : objects) set.add(detail::pointee(object));
  return set.wait(options);
}

// As above, for a few of a kind: wait({&read, &written}). For a mixture there is wait_any().
template <Waitable T>
std::vector<std::size_t> wait(std::initializer_list<T*> objects, WaitOptions options = {}) {
  return wait<const std::initializer_list<T*>&>(objects, options);
}

// Suspends until one of the objects has happened: its position.
template <Waitable... Ts>
std::size_t wait_any(const Ts&... objects) {
  detail::WaitSet set;
  (set.add(objects), ...);
  return set.wait({.count = 1}).front();
}

// Calls `visit(index)` for each object as it happens; stops when visit returns false.
// Between calls the fiber may suspend: nothing is missed.
template <std::ranges::range Range, typename Visit>
void iwait(Range&& objects, Visit&& visit, Deadline deadline = Deadline::never()) {
  detail::WaitSet set;
  for (auto& object : objects) set.add(detail::pointee(object));
  for (std::size_t seen = 0;;) {
    const auto done = set.wait({.deadline = deadline, .count = seen + 1});
    if (done.size() <= seen) return;
    while (seen < done.size()) {
      if (!visit(done[seen++])) return;
    }
  }
}

struct JoinOptions {
  Deadline deadline = Deadline::never();
  std::size_t count = SIZE_MAX;  // how many suffice
  bool raise_error = false;      // throw the first error, while the others run on
};

// Suspends until the fibers have finished. Returns the indexes of those that have,
// in order of their ends.
template <std::ranges::range Range>
std::vector<std::size_t> joinall(Range&& fibers, JoinOptions options = {}) {
  std::vector<AnyFiber*> all;
  for (auto& fiber : fibers) all.push_back(&detail::pointee(fiber));
  if (!options.raise_error) {
    return wait(all, {.deadline = options.deadline, .count = options.count});
  }
  std::vector<std::size_t> finished;
  iwait(
      all,
      [&](std::size_t index) {
        finished.push_back(index);
        if (auto error = all[index]->exception()) std::rethrow_exception(error);
        return finished.size() < options.count;
      },
      options.deadline);
  return finished;
}

// As above: joinall({&reader, &writer}).
inline std::vector<std::size_t> joinall(std::initializer_list<AnyFiber*> fibers,
                                        JoinOptions options = {}) {
  return joinall<const std::initializer_list<AnyFiber*>&>(fibers, options);
}

// Kills all of them: those that have not run yet first, without running anything;
// then the others, and suspends until they have finished. Throws TimedOut at the
// deadline.
void killall(const std::vector<AnyFiber*>& fibers, std::exception_ptr error = nullptr,
             Deadline deadline = Deadline::never());

template <std::ranges::range Range>
requires std::derived_from<std::ranges::range_value_t<Range>, AnyFiber>
void killall(Range&& fibers, std::exception_ptr error = nullptr,
             Deadline deadline = Deadline::never()) {
  std::vector<AnyFiber*> all;
  for (auto& fiber : fibers) all.push_back(&fiber);
  killall(all, std::move(error), deadline);
}

}  // namespace gnet
