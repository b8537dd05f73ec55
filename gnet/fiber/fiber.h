// Fibers: functions that run beside each other on one thread, and block freely.
//
// spawn() makes a function into a fiber that runs when the caller next suspends;
// fibers first run in the order in which they were spawned. A Fiber<T> is a handle
// to it, for its result or its end; dropping the handle detaches the fiber.
//
//   gnet::Fiber<int> answer = gnet::spawn([] { gnet::sleep(10ms); return 42; });
//   std::cout << answer.get() << '\n';
//
// Fibers that are left when main() returns are killed: they unwind, and have a moment for that, see
// hub.h. A program that wants them to come to their end calls gnet::wait(), or joins them.
//
// Threads: a fiber belongs to the hub of the thread that spawned it, for its whole
// life. So do its handles; one destroyed on another thread is handed back.

#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "gnet/base/source_location.h"
#include "gnet/base/unique_function.h"
#include "gnet/fiber/any_fiber.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/timeout.h"

namespace gnet {

struct SpawnOptions {
  std::string name = {};       // for messages; "fiber-ID" when empty
  std::size_t stack_size = 0;  // in bytes, rounded up to a power of two; 0: the default
};

// What a fiber can run: anything that can be called without arguments.
template <typename F>
concept FiberFunction = requires(std::decay_t<F>& function) {
  function();
};

namespace detail {

template <typename T>
using Stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <typename T>
struct FiberResult : FiberControl {
  std::optional<Stored<T>> value;
};

// The control block with the body behind it.
template <typename T, typename F>
struct FiberRecord final : FiberResult<T> {
  template <typename G>
  explicit FiberRecord(G&& function) : body(std::forward<G>(function)) {
    this->run = run_body;
    this->drop_body = [](FiberControl& self) noexcept {
      static_cast<FiberRecord&>(self).body.reset();
    };
    this->destroy = [](FiberControl& self) noexcept {
      static_cast<FiberRecord&>(self).~FiberRecord();
    };
  }

  static void run_body(FiberControl& control) {
    auto& self = static_cast<FiberRecord&>(control);
    try {
      if constexpr (std::is_void_v<T>) {
        (*self.body)();
        self.value.emplace();
      } else {
        self.value.emplace((*self.body)());
      }
    } catch (const FiberExit&) {
      self.killed = true;
    } catch (const Cancelled&) {
      self.killed = true;
    } catch (...) {
      self.error = std::current_exception();
    }
    // What is destroyed from here on may suspend, but there is nothing left to
    // interrupt.
    ++self.interrupts_disabled;
    self.body.reset();
  }

  std::optional<F> body;
};

template <typename T, typename F>
FiberControl& make_fiber(F&& function, std::size_t stack_size, SourceLocation where) {
  using Record = FiberRecord<T, std::decay_t<F>>;
  constexpr std::size_t kAlign = alignof(Record) > 64 ? alignof(Record) : 64;
  static_assert(sizeof(Record) < 8192, "captures this large belong on the heap");
  if (is_empty_function<std::decay_t<F>>(function)) throw_empty_function();
  detail::Scheduler& hub = detail::Scheduler::current();
  const Stack stack = hub.take_stack(stack_size);
  const auto top = reinterpret_cast<std::uintptr_t>(hub.block_top(stack));
  void* place = reinterpret_cast<void*>((top - sizeof(Record)) & ~(kAlign - 1));
  Record* record = nullptr;
  try {
    record = new (place) Record(std::forward<F>(function));
  } catch (...) {
    hub.give_stack(stack);
    throw;
  }
  record->stack = stack;
  hub.adopt(*record, where);
  return *record;
}

}  // namespace detail

template <typename T = void>
class Fiber : public AnyFiber {
 public:
  Fiber() noexcept = default;

  // A fiber that start() will make ready.
  template <FiberFunction F>
  [[nodiscard]] static Fiber create(F&& function, SpawnOptions options = {},
                                    SourceLocation where = SourceLocation::current()) {
    auto& made = detail::make_fiber<T>(std::forward<F>(function), options.stack_size, where);
    if (!options.name.empty()) {
      made.name = std::make_unique<std::string>(std::move(options.name));
    }
    return adopt(made);
  }

  // Suspends until the fiber has finished and returns its value, or throws the
  // error that it ended with, each time anew, or FiberKilled.
  T get() const& {
    const_cast<Fiber*>(this)->join();
    if (!result().value) std::rethrow_exception(failure(control()));
    if constexpr (!std::is_void_v<T>) return *result().value;
  }
  T get() && {
    join();
    if (!result().value) std::rethrow_exception(failure(control()));
    if constexpr (!std::is_void_v<T>) return std::move(*result().value);
  }

  // As get(), but throws TimedOut at the deadline.
  T get(Deadline deadline) {
    join_in_time(deadline);
    return get();
  }

  // The value, or null while there is none: not finished, failed, or killed.
  [[nodiscard]] const detail::Stored<T>* value() const noexcept {
    return result().value ? &*result().value : nullptr;
  }

  using AnyFiber::link;

  // Sets an AsyncResult<T>, unless it has been set, to what get() will return or throw.
  // It must outlive the fiber, or be unlinked.
  template <typename Result>
  requires requires(Result& result) { result.try_set_exception(std::exception_ptr()); }
  int link(Result& result) {
    return link_inline([&result](AnyFiber& ended) {
      detail::FiberControl& control = control_of(ended);
      const auto& value = static_cast<detail::FiberResult<T>&>(control).value;
      if (!value) {
        result.try_set_exception(failure(control));
      } else if constexpr (std::is_void_v<T>) {
        result.try_set();
      } else {
        result.try_set(*value);
      }
    });
  }

  // For spawn(): one more handle to `control`, which must be a Fiber<T>'s.
  static Fiber adopt(detail::FiberControl& control) noexcept {
    ++control.references;
    return Fiber(&control);
  }

 private:
  explicit Fiber(detail::FiberControl* control) noexcept : AnyFiber(control) {}

  detail::FiberResult<T>& result() const noexcept {
    return static_cast<detail::FiberResult<T>&>(control());
  }
};

template <FiberFunction F>
using FiberOf = Fiber<std::invoke_result_t<std::decay_t<F>&>>;

// Makes a fiber of `function` and schedules it. Returns at once; throws std::bad_alloc when there
// is no room for a stack, and Misuse for a function that is empty.
template <FiberFunction F>
FiberOf<F> spawn(F&& function, SourceLocation where = SourceLocation::current()) {
  using T = std::invoke_result_t<std::decay_t<F>&>;
  auto& made = detail::make_fiber<T>(std::forward<F>(function), 0, where);
  made.hub->start(made);
  return Fiber<T>::adopt(made);
}

template <FiberFunction F>
FiberOf<F> spawn(SpawnOptions options, F&& function,
                 SourceLocation where = SourceLocation::current()) {
  using T = std::invoke_result_t<std::decay_t<F>&>;
  auto fiber = Fiber<T>::create(std::forward<F>(function), std::move(options), where);
  fiber.start();
  return fiber;
}

namespace detail {
void start_later(FiberControl& fiber, TimeSpan delay);
}

// As spawn(), but the fiber first runs after `delay`. It counts as started meanwhile. Killed
// before, it never runs.
template <FiberFunction F>
FiberOf<F> spawn_later(TimeSpan delay, F&& function,
                       SourceLocation where = SourceLocation::current()) {
  using T = std::invoke_result_t<std::decay_t<F>&>;
  auto& made = detail::make_fiber<T>(std::forward<F>(function), 0, where);
  auto fiber = Fiber<T>::adopt(made);
  detail::start_later(made, delay);
  return fiber;
}

// Suspends for at least `delay`; zero or less is yield(). One that never ends is no deadlock.
void sleep(TimeSpan delay);

// As sleep(), but it is nothing that wait() waits for: sleep(1s, gnet::unreferenced) in the loop of
// a fiber that tidies up now and then.
void sleep(TimeSpan delay, Unreferenced);

// Lets every other ready fiber run first.
[[gnu::always_inline]] inline void yield() {
  detail::Scheduler::current().yield();
}

// Throws an interrupt that is pending for the running fiber, and lets everything else
// run, timers and I/O among it, when the fiber has gone from checkpoint to checkpoint for
// 5 ms: for loops that compute for long. It costs no more than a look at the processor's
// clock, so once in a few microseconds is not too often.
void checkpoint();

// Has every fiber of the hub that can end do so: suspends until nothing is left to
// do, and returns true; or false when the deadline passed first.
inline bool wait(Deadline deadline = Deadline::never()) {
  return detail::Scheduler::current().wait_idle(deadline);
}

namespace this_fiber {

// The running fiber, to be joined, killed or linked by others. That of main() is no longer of use
// when main() has returned.
[[nodiscard]] AnyFiber handle();

[[nodiscard]] std::uint64_t id();
[[nodiscard]] std::string name();
void set_name(std::string name);

// Ends the running fiber.
[[noreturn]] void exit();

}  // namespace this_fiber
}  // namespace gnet
