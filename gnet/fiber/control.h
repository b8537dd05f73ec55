// The control block of a fiber: everything that the scheduler knows of it.
//
// It lies at the top of the fiber's own stack, so that spawning touches one page
// and allocates nothing. The block outlives the fiber's body for as long as
// handles refer to it. Programs see it through handles:
//
//   if (fiber.state() == gnet::FiberState::waiting) std::puts(gnet::to_string(fiber.state()));
//
// Threads: of the fiber's hub.

#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/intrusive_list.h"
#include "gnet/base/source_location.h"
#include "gnet/base/timer_heap.h"
#include "gnet/fiber/context.h"
#include "gnet/fiber/stack_pool.h"

namespace gnet {

class CancelScope;
class Timeout;

enum class FiberState : std::uint8_t {
  created,    // not started
  scheduled,  // ready to run, or will be when it is time to start
  running,    // the one that runs
  waiting,    // suspended until something wakes it
  finished,   // ended, by whatever way
};

[[nodiscard]] const char* to_string(FiberState state) noexcept;

namespace detail {

class Scheduler;
struct FiberControl;
struct Inherited;
class LocalStorage;

// Which fibers end a wait by what they do, where that can be known for certain. Interrupts do
// not count.
struct Enders {
  enum class Which : std::uint8_t { unknown, any, all };  // any: one of them suffices

  Which which = Which::unknown;
  std::vector<const FiberControl*> fibers;
};

// What a fiber waits for, in the words of the wait graph. One static object for
// each kind of primitive.
struct WaitKind {
  const char* name;                                             // "Event", "data on socket"
  const FiberControl* (*holder)(const void* object) = nullptr;  // who alone could end it
  std::string (*object_name)(const void* object) = nullptr;     // else it is its address
  void (*enders)(const FiberControl& waiter, Enders& enders) = nullptr;  // else those who could
  const char* relation = "held by";                                      // of the object to them
};

// An entry of the hub's ready queue: a fiber, or a callback that the hub runs.
struct Runnable {
  Runnable* next = nullptr;
  bool is_fiber = false;
  bool queued = false;
};

// A place in the list of those who wait for something. It lies on the waiter's
// stack, or in the object of whoever links a callback.
struct Waiter : ListHook {
  using Wake = void (*)(Waiter&) noexcept;

  explicit Waiter(FiberControl* waiting) noexcept;
  Waiter(Wake callback) noexcept : wake(callback) {}  // NOLINT: implicit for derived types

  Wake wake;                      // called once, after unlinking; must not suspend
  FiberControl* fiber = nullptr;  // whom the default wake makes ready
  bool signalled = false;         // set by whoever notifies
  bool abandoned = false;         // the object waited for was destroyed
};

// Called when the fiber is about to suspend, or ends; must not suspend itself.
struct ParkHook {
  void (*run)(ParkHook&) noexcept;
  ParkHook* next = nullptr;  // called after it
};

using WaiterList = IntrusiveList<Waiter>;

struct AllFibersHook : ListHook {};
struct ScopeHook : ListHook {};

// What parking, waking and switching look at: one line of the cache, which is all that a server
// with thousands of connections touches of the block of each at a turn.
struct FiberTurn : Runnable {
  FiberState state = FiberState::created;
  bool attention = false;  // an interrupt is pending; see Scheduler::checkpoint
  Context context;
  ParkHook* park_hook = nullptr;  // called once each, at the next suspension
  const WaitKind* waits_for = nullptr;
  const void* waits_on = nullptr;
};

#if !defined(GNET_ASAN) && !defined(GNET_TSAN)  // whose contexts are larger
static_assert(sizeof(FiberTurn) <= 64, "a turn touches one line of the cache");
#endif

// What wakes a fiber at the deadline of its wait. It stays armed when the wait ends early, as most
// do, and is looked at when it rings: then it is armed anew for the wait of that moment, if that
// has a deadline. So a fiber that waits again and again, each time with a later deadline, touches
// the heap of timers once in a while and not each time.
struct WaitAlarm : Timer {
  WaitAlarm() noexcept : Timer(ring) { keeps_alive = false; }  // the wait does, if anything
  static void ring(Timer& timer) noexcept;

  TimePoint rings_at{};          // while it is armed
  TimePoint waits_until{};       // the deadline of the wait
  std::uint64_t wait_begun = 0;  // the place of the wait among those that end at the same time
  bool has_deadline = false;     // the wait of this moment
  bool timed_out = false;        // its deadline has passed
};

struct FiberControl : FiberTurn, AllFibersHook, ScopeHook, WaitAlarm {
  detail::Scheduler* hub = nullptr;

  bool kill_pending = false;     // with `kill_with`, or FiberExit when that is null
  bool killed = false;           // ended by FiberExit or Cancelled
  bool entered = false;          // the body has run, or runs
  bool ended = false;            // by whatever way
  bool error_retrieved = false;  // somebody has seen `error`
  bool dismissed = false;        // killed because its thread ends, which happens once
  bool vanished = false;         // in the child of a fork(): it is the parent's
  std::uint16_t interrupts_disabled = 0;

  std::uint32_t references = 1;  // handles, and one while it has not ended
  std::uint64_t id = 0;

  // Counted while a watchdog runs.
  std::uint64_t turns = 0;
  Duration run_time{};
  TimePoint suspended_at{};  // the last time

  std::exception_ptr kill_with;
  Timeout* fired_timeouts = nullptr;  // expired, not yet thrown; in order of expiry
  CancelScope* scope = nullptr;       // the innermost
  LocalStorage* locals = nullptr;
  Inherited* inherited = nullptr;  // values of ContextVars, newest first
  std::exception_ptr error;        // what the body ended with

  WaiterList done_waiters;  // joiners and links, in order

  SourceLocation spawned_at;
  std::uint64_t spawned_by = 0;
  std::unique_ptr<std::string> name;
  Stack stack;                // no stack: the thread's own
  StackPool* pool = nullptr;  // whom to give it back to, once the hub has ended

  void (*run)(FiberControl&) = nullptr;                 // enters the body, stores its outcome
  void (*drop_body)(FiberControl&) noexcept = nullptr;  // destroys a body that was never entered
  void (*destroy)(FiberControl&) noexcept = nullptr;    // ends the block's life

  // The name given, or "fiber-ID".
  [[nodiscard]] std::string display_name() const;
};

// Lists of inherited values are shared; null is an empty one.
[[nodiscard]] Inherited* share_inherited(Inherited* newest) noexcept;
void release_inherited(Inherited* newest) noexcept;

inline Waiter::Waiter(FiberControl* waiting) noexcept : wake(nullptr), fiber(waiting) {}

}  // namespace detail
}  // namespace gnet
