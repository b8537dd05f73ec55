// A first-in first-out queue between fibers.
//
// get() parks while the queue is empty, put() while it is full; a queue made
// without a capacity is never full. Items and room go to whoever has waited
// longest. A fiber that is interrupted in get() has taken nothing, and what it had
// been woken for goes to the next; one that is interrupted in put() has stored
// nothing.
//
//   gnet::Queue<std::string> lines(100);
//   auto printer = gnet::spawn([&] { for (auto& line : lines) print(line); });
//   lines.put("hello");
//   lines.close();                             // the printer ends after "hello"
//
// Threads: a Queue belongs to the hub on which it was made; use from another
// thread throws Misuse.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "gnet/base/ring_buffer.h"
#include "gnet/sync/grant_queue.h"
#include "gnet/sync/item_iterator.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

// Thrown by what finds the queue closed.
class QueueClosed : public std::runtime_error {
 public:
  QueueClosed();

 protected:
  using std::runtime_error::runtime_error;
};

// Thrown by put_nowait().
class QueueFull : public std::runtime_error {
 public:
  QueueFull();

 protected:
  using std::runtime_error::runtime_error;
};

// Thrown by get_nowait().
class QueueEmpty : public std::runtime_error {
 public:
  QueueEmpty();
};

template <typename Source>
class Receive;
template <typename Target>
class Send;

namespace detail {

// What those who wait at a queue wait for, by what keeps its items.
template <typename Storage>
struct QueueWaits {
  static constexpr WaitKind kItem{"an item in Queue"};
  static constexpr WaitKind kRoom{"room in Queue"};
};

void check_queue_capacity(std::size_t capacity);

}  // namespace detail

// What all queues are: Queue, LifoQueue, PriorityQueue and JoinableQueue differ in what
// keeps their items. A Storage decides which item is its front(), and has the functions
// of RingBuffer that are used here.
template <typename T, typename Storage>
class BasicQueue {
 public:
  static constexpr std::size_t kUnbounded = SIZE_MAX;

  // Throws Misuse for a capacity of zero.
  explicit BasicQueue(std::size_t capacity = kUnbounded) : BasicQueue(capacity, Storage()) {}
  BasicQueue(const BasicQueue&) = delete;
  BasicQueue& operator=(const BasicQueue&) = delete;

  // ---- state ----

  // The number of items that try_get() could take. Those on their way to fibers
  // that have been woken for them are not among them.
  [[nodiscard]] std::size_t size() const noexcept { return items_.size() - getters_.granted(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  // Whether try_put() would fail for want of room.
  [[nodiscard]] bool full() const noexcept { return items_.size() >= capacity_; }

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  // Changes the capacity; fibers that wait for room and now have it are woken. Items
  // beyond a smaller capacity stay. Throws Misuse for zero.
  void set_capacity(std::size_t capacity) {
    hub().check_thread();
    detail::check_queue_capacity(capacity);
    capacity_ = capacity;
    offer_room();
  }

  // ---- putting ----
  // All of it throws QueueClosed after close(), also in fibers that wait. An item
  // that was not stored has not been moved from.

  // Appends an item; suspends while the queue is full. When the item is stored and
  // the fiber interrupted before it runs again, put() returns, and the interrupt
  // comes at the next suspension point.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  void put(U&& item) { static_cast<void>(put(std::forward<U>(item), Deadline::never())); }

  // As put(), but gives up at the deadline: false means that it passed.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  [[nodiscard]] bool put(U&& item, Deadline deadline) {
    hub().check_thread();
    hub().checkpoint();
    if (closed_) throw QueueClosed();
    if (full()) {
      Putter putter(&hub().running(), append<U>, std::addressof(item));
      return wait_for_room(putter, deadline);
    }
    items_.emplace_back(std::forward<U>(item));
    offer_item();
    return true;
  }

  // Appends an item if there is room; never suspends, and may be called inside
  // callbacks of the hub.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  [[nodiscard]] bool try_put(U&& item) {
    hub().check_thread();
    if (closed_) throw QueueClosed();
    if (full()) return false;
    items_.emplace_back(std::forward<U>(item));
    offer_item();
    return true;
  }

  // As try_put(), but throws QueueFull.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  void put_nowait(U&& item) {
    if (!try_put(std::forward<U>(item))) throw QueueFull();
  }

  // ---- getting ----
  // All of it throws QueueClosed once the queue is closed and no items are left.

  // Takes the next item; suspends while there is none.
  T get() {
    if (claim_item(Deadline::never()) == Granted::dismissed) throw QueueClosed();
    return take();
  }

  // As get(), but gives up at the deadline: nothing means that it passed.
  [[nodiscard]] std::optional<T> get(Deadline deadline) {
    if (!claim_item_or_throw(deadline)) return std::nullopt;
    return take();
  }

  // Takes the next item if there is one; never suspends, and may be called inside
  // callbacks of the hub.
  [[nodiscard]] std::optional<T> try_get() {
    if (!has_item_now()) return std::nullopt;
    return take();
  }

  // As try_get(), but throws QueueEmpty.
  T get_nowait() {
    if (!has_item_now()) throw QueueEmpty();
    return take();
  }

  // Suspends until there is an item and shows the next, without taking it: valid until
  // the calling fiber suspends, takes it, or puts another.
  const T& peek() {
    if (claim_item(Deadline::never()) == Granted::dismissed) throw QueueClosed();
    return show();
  }

  // As peek(), but gives up at the deadline: null means that it passed.
  [[nodiscard]] const T* peek(Deadline deadline) {
    return claim_item_or_throw(deadline) ? &show() : nullptr;
  }

  // The next item, or null; never suspends.
  [[nodiscard]] const T* try_peek() { return has_item_now() ? &items_.front() : nullptr; }

  // ---- closing ----

  // Ends putting: fibers that wait for room are told so, what is in the queue can
  // still be taken. Closing twice is not an error.
  void close() {
    hub().check_thread_or_ended();
    closed_ = true;
    getters_.dismiss();
    putters_.notify_all();
    watchers_.notify_all();
  }

  // As close(), and drops what is in the queue.
  void close_now() {
    hub().check_thread_or_ended();
    getters_.revoke();
    const Storage dropped(std::move(items_));
    close();
  }

  [[nodiscard]] bool closed() const noexcept { return closed_; }

  // ---- iterating ----
  // for (auto& item : queue): takes one item after the other until the queue is
  // closed and empty.

  using Iterator = detail::ItemIterator<BasicQueue, T>;
  [[nodiscard]] Iterator begin() { return Iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  // Waitable, see gnet/fiber/wait.h: try_get() would find an item, or the queue is
  // closed. Somebody else may be quicker.
  [[nodiscard]] bool ready() const noexcept { return !empty() || closed_; }
  void add_waiter(detail::Waiter& waiter) const { watchers_.add(waiter); }

 protected:
  BasicQueue(std::size_t capacity, Storage storage)
      : items_(std::move(storage)), capacity_(capacity) {
    detail::check_queue_capacity(capacity);
  }

  [[nodiscard]] detail::Scheduler& hub() const noexcept { return getters_.hub(); }
  [[nodiscard]] Storage& storage() noexcept { return items_; }
  [[nodiscard]] const Storage& storage() const noexcept { return items_; }

 private:
  friend Iterator;
  template <typename>
  friend class Receive;
  template <typename>
  friend class Send;

  using Waits = detail::QueueWaits<Storage>;

  // Nothing: closed and empty.
  std::optional<T> next() {
    if (claim_item(Deadline::never()) != Granted::yes) return std::nullopt;
    return take();
  }

  // Waits until there is an item for the caller, who must take() it or show() it
  // before it suspends.
  Granted claim_item(Deadline deadline) {
    hub().check_thread();
    hub().checkpoint();
    while (empty()) {
      if (closed_) return Granted::dismissed;
      const Granted granted = getters_.wait(Waits::kItem, this, deadline, [this] { offer_item(); });
      if (granted == Granted::yes) break;
      if (granted == Granted::deadline_passed) return granted;
    }
    return Granted::yes;
  }
  bool claim_item_or_throw(Deadline deadline) {
    const Granted granted = claim_item(deadline);
    if (granted == Granted::dismissed) throw QueueClosed();
    return granted == Granted::yes;
  }
  bool has_item_now() {
    hub().check_thread();
    if (!empty()) return true;
    if (closed_) throw QueueClosed();
    return false;
  }

  // One that waits for room, and its item, which whoever makes room stores.
  struct Putter : detail::Waiter {
    using Append = void (*)(Storage& items, const void* item);

    template <typename Woken>
    Putter(Woken woken, Append append, const void* item) noexcept
        : Waiter(woken), append(append), item(item) {}

    Append append;
    const void* item;
    bool stored = false;
    std::exception_ptr error;  // what append() threw
  };

  template <typename U>
  static void append(Storage& items, const void* item) {
    using Item = std::remove_reference_t<U>;
    items.emplace_back(std::forward<U>(*static_cast<Item*>(const_cast<void*>(item))));
  }

  bool wait_for_room(Putter& putter, Deadline deadline) {
    detail::Scheduler& hub = this->hub();
    putters_.add(putter);
    while (!putter.signalled) {
      if (!hub.park(putter, Waits::kRoom, this, deadline) && !putter.signalled) return false;
    }
    if (putter.stored) [[likely]]
      return true;
    if (!was_stored(putter)) throw QueueClosed();
    return true;
  }

  // What became of a putter that was woken. False: the queue was closed.
  static bool was_stored(const Putter& putter) {
    if (putter.stored) return true;
    if (putter.error) std::rethrow_exception(putter.error);
    if (putter.abandoned) detail::throw_destroyed(Waits::kRoom);
    return false;
  }

  // Stores the items of those who wait for room, as far as there is some.
  void offer_room() noexcept {
    while (!full()) {
      auto* putter = static_cast<Putter*>(putters_.take_first());
      if (putter == nullptr) return;
      try {
        putter->append(items_, putter->item);
        putter->stored = true;
      } catch (...) {
        putter->error = std::current_exception();
      }
      hub().wake(*putter);
      offer_item();
    }
  }

  T take() {
    try {
      T item(std::move(items_.front()));
      items_.pop_front();
      offer_room();
      return item;
    } catch (...) {
      offer_item();  // what was claimed is still there
      throw;
    }
  }

  const T& show() {
    offer_item();
    return items_.front();
  }

  // One more item than before is nobody's.
  void offer_item() noexcept {
    if (empty() || getters_.grant_one()) return;
    if (!watchers_.empty()) watchers_.notify_all();
  }

  Storage items_;  // those promised to granted getters included
  std::size_t capacity_;
  bool closed_ = false;
  GrantQueue getters_;  // none waits while an item is nobody's
  WaitQueue putters_;   // none waits while there is room
  mutable WaitQueue watchers_;
};

// The first in is the first out.
template <typename T>
using Queue = BasicQueue<T, RingBuffer<T>>;

}  // namespace gnet
