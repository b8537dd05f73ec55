// Fibers that belong together: to be waited for, killed, or given work as one.
//
// A Group knows the fibers that were spawned in it or added to it, until they have ended.
// It is also a way to apply a function to many things at once: map() gives the results in
// order, imap() and imap_unordered() give them one by one while the work goes on. Pool is
// a Group with room for a limited number of fibers.
//
//   gnet::Group group;
//   for (auto& url : urls) group.spawn([&url] { fetch(url); });
//   group.join();
//   auto sizes = group.map(urls, [](const std::string& url) { return fetch(url).size(); });
//
// A fiber leaves the Group one turn of the ready queue after its end. Destroying a Group
// leaves its fibers running, and tells those that wait for it.
//
// Threads: a Group belongs to the hub on which it was made; use from another thread
// throws Misuse.

#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "gnet/base/function.h"
#include "gnet/base/intrusive_list.h"
#include "gnet/base/ranges.h"
#include "gnet/base/source_location.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/grant_queue.h"
#include "gnet/sync/outcome.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

class Group;
template <bool kOrdered, typename Source, typename F>
class Imap;

namespace detail {

// Members of a Group whose end somebody waits for, and who end with their waiter.
class Batch {
 public:
  Batch() { scope_.open(); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

 protected:
  friend class gnet::Group;
  friend struct Member;

  ~Batch() = default;

  // A member has ended; must not suspend.
  virtual void ended(std::size_t index, AnyFiber& fiber) noexcept = 0;

  // Suspends until all have ended.
  void join();

  // Cancels all, and suspends until they have ended, whatever interrupts.
  void cancel() noexcept;

  CancelScope scope_;
  std::size_t running_ = 0;
  WaitQueue changed_;  // told at each end
};

// Why a member has no result, or null.
std::exception_ptr failure_of(AnyFiber& fiber);

struct MemberHook : ListHook {};

// A fiber in a Group. Deletes itself when the fiber ends and no Group is left.
struct Member : Waiter, MemberHook, AnyFiber {
  Member(Group& group, AnyFiber fiber, Batch* batch, std::size_t index);

  static void fiber_ended(Waiter& waiter) noexcept;
  using AnyFiber::control;

  Group* group;
  Batch* batch;
  std::size_t index;
  bool dying = false;  // kill() has struck it
};

// The items of a range as they are passed to a task: by reference where that stays
// valid, or else by value.
template <typename Range>
inline constexpr bool kStable = std::ranges::forward_range<Range>&&
    std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>>;

template <typename Range>
using TaskItem = std::conditional_t<
    kStable<Range>,
    std::reference_wrapper<std::remove_reference_t<std::ranges::range_reference_t<Range>>>,
    std::ranges::range_value_t<Range>>;

// What a task passes on.
template <typename T>
T& item_of(std::reference_wrapper<T>& item) {
  return item.get();
}
template <typename T>
T&& item_of(T& item) {
  return std::move(item);
}

template <typename Range, typename F>
using MapResult = std::invoke_result_t<std::remove_reference_t<F>&,
                                       decltype(item_of(std::declval<TaskItem<Range>&>()))>;

}  // namespace detail

class Group {
 public:
  Group() : Group(kUnlimited) {}
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  ~Group();

  // ---- members ----

  // The number of members. Those that have ended count until they leave.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool contains(const AnyFiber& fiber) const { return find(fiber.id()) != nullptr; }

  // How many more fit; kUnlimited in a Group that is no Pool.
  static constexpr std::size_t kUnlimited = SIZE_MAX;
  [[nodiscard]] std::size_t free_count() const noexcept { return free_; }
  [[nodiscard]] bool full() const noexcept { return free_ == 0; }

  // Spawns a fiber as a member. In a Pool suspends while that is full.
  template <FiberFunction F>
  FiberOf<F> spawn(F&& function, SourceLocation where = SourceLocation::current()) {
    return spawn(SpawnOptions(), std::forward<F>(function), where);
  }
  template <FiberFunction F>
  FiberOf<F> spawn(SpawnOptions options, F&& function,
                   SourceLocation where = SourceLocation::current()) {
    Slot slot(*this, Deadline::never());
    return spawn_in(slot, std::forward<F>(function), std::move(options), where);
  }

  // Makes a fiber a member, unless it is one or has ended. In a Pool suspends while that
  // is full.
  void add(const AnyFiber& fiber);

  // Makes a fiber a member and starts it.
  void start(AnyFiber& fiber) {
    add(fiber);
    fiber.start();
  }

  // Makes a fiber a member no longer; it runs on. Others are ignored.
  void discard(const AnyFiber& fiber);

  // ---- the end ----

  // Suspends until there are no members, be it for a moment.
  void join() { static_cast<void>(join(Deadline::never())); }

  // As join(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool join(Deadline deadline);

  // As join(), and then throws the error of a member that has failed, of those that there
  // were at the time of the call.
  bool join_or_throw(Deadline deadline = Deadline::never());

  // Kills every member, each once, also those that come meanwhile, and suspends until
  // there are none. A member that calls it is killed last.
  void kill(std::exception_ptr error = nullptr) {
    static_cast<void>(kill(std::move(error), Deadline::never()));
  }

  // As kill(), but waits at most until the deadline: false means that some live.
  [[nodiscard]] bool kill(std::exception_ptr error, Deadline deadline);

  // As kill(), without waiting.
  void kill_async(std::exception_ptr error = nullptr);

  // ---- work ----
  // When whoever waits for the work of these functions is interrupted, the work is
  // killed, and has ended before the interrupt goes further.

  // Calls `function()` in a member and returns what it returns, or throws what it throws.
  // A member that calls it does the work itself, so that a full Pool is no obstacle.
  template <typename F>
  std::invoke_result_t<F&> apply(F&& function, SourceLocation where = SourceLocation::current()) {
    if (running_member()) return function();
    auto worker = spawn([&function]() -> std::invoke_result_t<F&> { return function(); }, where);
    try {
      worker.join();
    } catch (...) {
      const Uninterruptible until_it_ends;
      worker.kill();
      throw;
    }
    return std::move(worker).get();
  }

  // Has `function()` called in a member, and returns at once: in a full Pool, a fiber that
  // is no member waits for a slot. The Group must live until the fiber has ended.
  template <FiberFunction F>
  FiberOf<F> apply_async(F&& function, SourceLocation where = SourceLocation::current()) {
    if (!full()) return spawn(std::forward<F>(function), where);
    return gnet::spawn([this, function = std::decay_t<F>(std::forward<F>(function)),
                        where]() mutable { return apply(function, where); },
                       where);
  }

  // Calls `function(item)` in a member for each item, and returns the results in the order
  // of the items, or nothing when there are none to return. When a call fails no more are
  // begun; those that have been are waited for, and the error of the first item that
  // failed is thrown. A member that calls it does what the Pool has no slot for itself.
  template <std::ranges::input_range Range, typename F>
  auto map(Range&& items, F&& function, SourceLocation where = SourceLocation::current());

  // As map(), but all calls are made, whatever becomes of the others, and nothing is thrown: the
  // Outcome of each, in the order of the items.
  template <std::ranges::input_range Range, typename F>
  auto map_outcomes(Range&& items, F&& function, SourceLocation where = SourceLocation::current());

  // As map(), in a fiber of its own. The Group must live until that has ended.
  template <std::ranges::input_range Range, typename F>
  requires(!std::is_lvalue_reference_v<Range>) auto map_async(
      Range&& items, F&& function, SourceLocation where = SourceLocation::current()) {
    return gnet::spawn(
        [this, items = std::move(items), function = std::decay_t<F>(std::forward<F>(function)),
         where]() mutable { return map(items, function, where); },
        where);
  }

  // Calls `function(item)` in a member for each item, while the results are read one by
  // one; see Imap. At most `ahead` calls are begun whose results have not been read: as
  // many as a Pool has slots, or 64, when it is zero. For a member of a full Pool the calls are
  // made one at a time, beside it.
  template <std::ranges::input_range Range, typename F>
  Imap<true, Range, std::decay_t<F>> imap(Range&& items, F&& function, std::size_t ahead = 0,
                                          SourceLocation where = SourceLocation::current());

  // As imap(), but the results come in the order in which they are ready.
  template <std::ranges::input_range Range, typename F>
  Imap<false, Range, std::decay_t<F>> imap_unordered(
      Range&& items, F&& function, std::size_t ahead = 0,
      SourceLocation where = SourceLocation::current());

  // Waitable, see gnet/fiber/wait.h: there are no members.
  [[nodiscard]] bool ready() const noexcept { return empty(); }
  void add_waiter(detail::Waiter& waiter) const { empty_.add(waiter); }

 protected:
  // A place for a member, given back unless one is admitted to it.
  class Slot {
   public:
    Slot(Group& group, Deadline deadline) : group_(group), claimed_(group.claim(deadline)) {}
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() {
      if (claimed_) group_.release();
    }
    explicit operator bool() const noexcept { return claimed_; }

    void admit(const AnyFiber& fiber, detail::Batch* batch = nullptr, std::size_t index = 0) {
      group_.admit(fiber, batch, index);
      claimed_ = false;
    }

   private:
    Group& group_;
    bool claimed_;
  };

  explicit Group(std::size_t limit) : limit_(limit), free_(limit) {}

  template <FiberFunction F>
  static FiberOf<F> spawn_in(Slot& slot, F&& function, SpawnOptions options, SourceLocation where) {
    using T = std::invoke_result_t<std::decay_t<F>&>;
    auto fiber = Fiber<T>::create(std::forward<F>(function), std::move(options), where);
    slot.admit(fiber);
    fiber.start();
    return fiber;
  }

  // Takes a slot, and suspends until there is one. False: the deadline passed.
  bool claim(Deadline deadline);
  void release() noexcept;

  [[nodiscard]] detail::Scheduler& hub() const noexcept { return waiters_.hub(); }

  // Whose ends end a wait for a slot, or for everybody.
  static void give_slot(const detail::FiberControl& waiter, detail::Enders& enders);
  static void all_members(const detail::FiberControl& waiter, detail::Enders& enders);

  std::size_t limit_;
  mutable WaitQueue available_;

 private:
  friend struct detail::Member;
  template <bool, typename, typename>
  friend class Imap;

  // How far imap() may be ahead of its reader.
  [[nodiscard]] std::size_t look_ahead(std::size_t asked) const noexcept;

  static constexpr detail::WaitKind kSlot{"a slot in Pool", nullptr, nullptr, give_slot};
  static constexpr detail::WaitKind kMembers{"the fibers of Group", nullptr, nullptr, all_members};

  // Spawns a member of a batch.
  template <typename F>
  void spawn_task(detail::Batch& batch, std::size_t index, F&& task, SourceLocation where) {
    Slot slot(*this, Deadline::never());
    auto fiber = Fiber<>::create(std::forward<F>(task), {}, where);
    slot.admit(fiber, &batch, index);
    fiber.start();
  }

  void admit(const AnyFiber& fiber, detail::Batch* batch, std::size_t index);
  void leave_later(detail::Member& member) noexcept;
  void reap() noexcept;
  void shoot(const std::exception_ptr& error);
  [[nodiscard]] detail::Member* find(std::uint64_t id) const;
  [[nodiscard]] bool running_member() const;

  std::size_t free_;
  std::size_t size_ = 0;
  mutable IntrusiveList<detail::Member, detail::MemberHook> members_;
  IntrusiveList<detail::Member, detail::MemberHook> ended_;  // still to leave
  Deferred reaping_;
  GrantQueue waiters_;       // for slots
  mutable WaitQueue empty_;  // for the end of all
  WaitQueue left_;           // for the end of some
};

namespace detail {

// A call of map().
template <typename R>
class Mapping final : public Batch {
 public:
  // `function` and what it is given live as long as this.
  template <typename F, typename Item>
  auto task(std::size_t index, F& function, Item item) {
    results_.emplace_back();
    if constexpr (std::is_void_v<R>) {
      return [&function, item = std::move(item)]() mutable { function(item_of(item)); };
    } else {
      return [this, index, &function, item = std::move(item)]() mutable {
        R result = function(item_of(item));  // meanwhile the results may move
        results_[index].emplace(std::move(result));
      };
    }
  }

  // Runs a task here.
  template <typename Task>
  void run(std::size_t index, Task&& task) {
    try {
      task();
    } catch (const Interrupt&) {
      throw;
    } catch (...) {
      fail(index, std::current_exception());
    }
  }

  [[nodiscard]] bool failed() const noexcept { return error_ != nullptr; }
  void fail(std::size_t index, std::exception_ptr error) noexcept {
    if (index >= failed_at_) return;
    failed_at_ = index;
    error_ = std::move(error);
  }

  auto finish() {
    join();
    if (error_) std::rethrow_exception(error_);
    if constexpr (!std::is_void_v<R>) {
      std::vector<R> results;
      results.reserve(results_.size());
      for (auto& result : results_) results.push_back(std::move(*result));
      return results;
    }
  }

  using Batch::cancel;

 private:
  void ended(std::size_t index, AnyFiber& fiber) noexcept override {
    if (auto error = failure_of(fiber)) fail(index, std::move(error));
  }

  std::vector<std::optional<Stored<R>>> results_;
  std::size_t failed_at_ = SIZE_MAX;
  std::exception_ptr error_;
};

}  // namespace detail

template <std::ranges::input_range Range, typename F>
auto Group::map(Range&& items, F&& function, SourceLocation where) {
  using Item = detail::TaskItem<Range>;
  detail::Mapping<std::remove_cvref_t<detail::MapResult<Range, F>>> mapping;
  try {
    std::size_t index = 0;
    auto item = std::ranges::begin(items);
    const auto end = std::ranges::end(items);
    const bool by_member = running_member();
    for (; !mapping.failed() && item != end; ++index, ++item) {
      auto task = mapping.task(index, function, Item(*item));
      if (by_member && full()) {
        mapping.run(index, task);
      } else {
        spawn_task(mapping, index, std::move(task), where);
      }
    }
    return mapping.finish();
  } catch (...) {
    mapping.cancel();
    throw;
  }
}

template <std::ranges::input_range Range, typename F>
auto Group::map_outcomes(Range&& items, F&& function, SourceLocation where) {
  using Result = Outcome<std::remove_cvref_t<detail::MapResult<Range, F>>>;
  return map(
      std::forward<Range>(items),
      [&function](auto&& item) {
        return Result::of([&] { return function(std::forward<decltype(item)>(item)); });
      },
      where);
}

}  // namespace gnet

#include "gnet/sync/imap.h"
