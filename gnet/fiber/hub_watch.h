// What a watchdog sees of a hub: whose turn it is, and since when.
//
// A hub has a HubWatch while gnet/diag/watchdog.h is at work. Its fibers then switch through the
// hub's loop, which says here when a turn begins, be it a fiber's or a callback's, and when the hub
// waits for events; the shorter ways, which know nothing of it, rest meanwhile. Each fiber's turns
// and run time are counted on the way. Programs say:
//
//   gnet::diag::start_watchdog();
//
// Threads: a HubWatch is told by its hub's thread, and looked at by the watchdog's.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/source_location.h"

namespace gnet {

namespace detail {

class Scheduler;
struct FiberControl;

// Whose turn it is or was, in a form that a signal handler can fill in.
struct TurnOwner {
  // Of a fiber; without one it is a callback of the hub.
  void take(const FiberControl* fiber) noexcept;

  bool is_fiber = false;
  bool is_main = false;
  std::uint64_t id = 0;
  std::array<char, 64> name{};  // cut where it is longer; empty: the fiber has none
  SourceLocation spawned_at;
};

class HubWatch {
 public:
  // ---- told by the hub ----

  // A turn begins, and the one before ends: of `fiber`, or of the hub's callbacks.
  void begin_turn(FiberControl* fiber, TimePoint now) noexcept;

  // The fiber whose turn it was has suspended, or ends.
  void end_turn(TimePoint now) noexcept;

  // The hub waits for events.
  void begin_idle(TimePoint now) noexcept;

  // ---- seen by the watchdog ----

  // The number of the turn; each comes once.
  [[nodiscard]] std::uint64_t turn() const noexcept {
    return turn_.load(std::memory_order_acquire);
  }
  [[nodiscard]] static bool is_idle(std::uint64_t turn) noexcept { return turn % 2 == 0; }

  // When the turn began, or a later one.
  [[nodiscard]] TimePoint began() const noexcept {
    return TimePoint(Duration(began_.load(std::memory_order_relaxed)));
  }

  // From now on turns as long as that are kept for take_long_turns().
  void set_limit(Duration limit) noexcept {
    limit_.store(limit.count(), std::memory_order_relaxed);
  }

  struct LongTurn {
    std::uint64_t turn;
    Duration time;
    TurnOwner owner;
  };
  // Those that have ended since the last call, at most kLongTurns of them.
  [[nodiscard]] std::vector<LongTurn> take_long_turns();
  static constexpr std::size_t kLongTurns = 16;

  // ---- the stack of a turn: asked for by the watchdog, taken in its signal handler ----

  struct Snapshot {
    TurnOwner owner;
    std::array<void*, 64> frames{};  // innermost first
    int count = 0;
    int skip = 0;  // those of the signal handler itself
  };

  void ask(std::uint64_t turn) noexcept { asked_.store(turn, std::memory_order_release); }

  // Where to put what is asked for; null when nothing is, or that turn has ended.
  [[nodiscard]] Snapshot* wanted() noexcept;
  void answer() noexcept;

  // The answer for this turn, once it is there; stays until the next ask().
  [[nodiscard]] const Snapshot* answer_for(std::uint64_t turn) const noexcept {
    return answered_.load(std::memory_order_acquire) == turn ? &snapshot_ : nullptr;
  }

 private:
  void close_turn(TimePoint now) noexcept;
  void note_long_turn(Duration time) noexcept;
  void number_turn(std::uint64_t busy, TimePoint now) noexcept;

  std::atomic<std::uint64_t> turn_{0};  // odd while somebody has it
  std::atomic<Duration::rep> began_{0};
  std::atomic<Duration::rep> limit_{Duration::max().count()};
  FiberControl* fiber_ = nullptr;  // whose turn it is
  bool closed_ = true;

  std::mutex mutex_;  // only for turns that were long
  std::vector<LongTurn> long_turns_;

  std::atomic<std::uint64_t> asked_{0};
  std::atomic<std::uint64_t> answered_{0};
  Snapshot snapshot_;
};

// For the watchdog, which gnet/diag defines: a hub was made on the calling thread, or is about to
// end.
void hub_born(detail::Scheduler& hub);
void hub_ends(detail::Scheduler& hub) noexcept;

}  // namespace detail
}  // namespace gnet
