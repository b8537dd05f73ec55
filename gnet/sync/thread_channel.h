// A queue between threads: between fibers of different hubs, and threads without fibers.
//
// put() waits while the channel is full, get() while it is empty: a fiber parks and lets
// others run, a thread that has no hub sleeps. Items and room go to whoever has waited
// longest. One who is interrupted in get() has taken nothing, and what it had been woken
// for goes to the next; one who is interrupted in put() has stored nothing.
//
//   gnet::ThreadChannel<Picture> pictures(16);
//   std::thread camera([&] { while (auto p = shoot()) pictures.put(std::move(p)); });
//   for (auto& picture : pictures) show(picture);
//
// A fiber that waits here keeps its hub going: who could wake it may be on another thread.
//
// Threads: all of it may be called from any. It must not be destroyed while it may still
// be called; those who wait then are told Misuse.

#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <type_traits>
#include <utility>

#include "gnet/base/intrusive_list.h"
#include "gnet/base/ring_buffer.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/sync/grant_queue.h"
#include "gnet/sync/item_iterator.h"
#include "gnet/sync/queue.h"

namespace gnet {
namespace detail {

inline constexpr WaitKind kThreadItem{"an item in ThreadChannel"};
inline constexpr WaitKind kThreadRoom{"room in ThreadChannel"};

// Fibers and threads to whom things are granted one by one. What GrantQueue is to one
// hub; the mutex of whoever owns it guards it.
class ThreadLine {
 public:
  using Lock = std::unique_lock<std::mutex>;

  // Granted something, and have not run since.
  [[nodiscard]] std::size_t granted() const noexcept { return granted_; }

  // Waits until granted, dismissed, or the deadline has passed; without the lock while
  // it waits. When a fiber is interrupted after it was granted something, calls
  // `give_back()` with the lock.
  template <typename GiveBack>
  Granted wait(Lock& lock, const WaitKind& kind, const void* object, Deadline deadline,
               GiveBack&& give_back) {
    Place place;
    places_.push_back(place);
    try {
      place.wait(lock, kind, object, deadline);
    } catch (...) {
      if (place.granted) {
        --granted_;
        give_back();
      }
      throw;
    }
    if (!place.granted) return place.told ? Granted::dismissed : Granted::deadline_passed;
    --granted_;
    return Granted::yes;
  }

  // Grants to the one that has waited longest. False: nobody waits.
  bool grant_one();

  // Wakes all without granting them anything.
  void dismiss();

 private:
  struct Place : ListHook {
    Place();
    ~Place();
    void wait(Lock& lock, const WaitKind& kind, const void* object, Deadline deadline);
    void tell();

    detail::Scheduler* hub;  // null: a thread without one
    FiberControl* fiber = nullptr;
    std::shared_ptr<Mailbox> mailbox;
    std::binary_semaphore semaphore{0};  // of the thread
    bool told = false;
    bool granted = false;
  };

  IntrusiveList<Place> places_;
  std::size_t granted_ = 0;
};

// What fibers do before they wait.
void checkpoint_if_fiber();
[[noreturn]] void throw_thread_channel_destroyed();

}  // namespace detail

template <typename T>
class ThreadChannel {
 public:
  // Throws Misuse for a capacity of zero.
  explicit ThreadChannel(std::size_t capacity) : state_(std::make_shared<State>()) {
    detail::check_queue_capacity(capacity);
    state_->capacity = capacity;
  }
  ThreadChannel(const ThreadChannel&) = delete;
  ThreadChannel& operator=(const ThreadChannel&) = delete;
  ~ThreadChannel() {
    const Lock lock(state_->mutex);
    state_->destroyed = true;
    state_->getters.dismiss();
    state_->putters.dismiss();
  }

  // ---- state; others may have changed it by the time that it is looked at ----

  [[nodiscard]] std::size_t size() const {
    const Lock lock(state_->mutex);
    return state_->available();
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return state_->capacity; }
  [[nodiscard]] bool closed() const {
    const Lock lock(state_->mutex);
    return state_->closed;
  }

  // ---- putting ----
  // All of it throws QueueClosed after close(), also to those who wait. An item that was
  // not stored has not been moved from.

  // Appends an item; waits while the channel is full.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  void put(U&& item) { static_cast<void>(put(std::forward<U>(item), Deadline::never())); }

  // As put(), but gives up at the deadline: false means that it passed.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  [[nodiscard]] bool put(U&& item, Deadline deadline) {
    detail::checkpoint_if_fiber();
    const auto state = state_;  // the channel may be destroyed meanwhile
    Lock lock(state->mutex);
    if (state->closed) throw QueueClosed();
    if (state->room() == 0) {
      const auto granted = state->putters.wait(lock, detail::kThreadRoom, this, deadline,
                                               [&] { state->offer_room(); });
      if (state->destroyed) detail::throw_thread_channel_destroyed();
      if (state->closed) throw QueueClosed();
      if (granted != Granted::yes) return false;
    }
    state->append(std::forward<U>(item));
    return true;
  }

  // Appends an item if there is room; never waits.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  [[nodiscard]] bool try_put(U&& item) {
    const Lock lock(state_->mutex);
    if (state_->closed) throw QueueClosed();
    if (state_->room() == 0) return false;
    state_->append(std::forward<U>(item));
    return true;
  }

  // ---- getting ----
  // All of it throws QueueClosed once the channel is closed and no items are left.

  // Takes the oldest item; waits while there is none.
  T get() {
    std::optional<T> item;
    if (receive(item, Deadline::never()) == Granted::dismissed) throw QueueClosed();
    return std::move(*item);
  }

  // As get(), but gives up at the deadline: nothing means that it passed.
  [[nodiscard]] std::optional<T> get(Deadline deadline) {
    std::optional<T> item;
    if (receive(item, deadline) == Granted::dismissed) throw QueueClosed();
    return item;
  }

  // Takes the oldest item if there is one; never waits.
  [[nodiscard]] std::optional<T> try_get() {
    const Lock lock(state_->mutex);
    std::optional<T> item;
    if (state_->available() > 0) {
      state_->take(item);
    } else if (state_->closed) {
      throw QueueClosed();
    }
    return item;
  }

  // ---- closing ----

  // Ends putting: those who wait for room are told so, what is in the channel can still
  // be taken. Closing twice is not an error.
  void close() {
    const Lock lock(state_->mutex);
    state_->closed = true;
    state_->getters.dismiss();
    state_->putters.dismiss();
  }

  // ---- iterating ----
  // for (auto& item : channel): takes one item after the other until the channel is
  // closed and empty.

  using Iterator = detail::ItemIterator<ThreadChannel, T>;
  [[nodiscard]] Iterator begin() { return Iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend Iterator;
  using Lock = detail::ThreadLine::Lock;

  // What those who wait share; all of it guarded by the mutex.
  struct State {
    [[nodiscard]] std::size_t available() const noexcept {
      return items.size() - getters.granted();
    }
    [[nodiscard]] std::size_t room() const noexcept {
      const std::size_t taken = items.size() + putters.granted();
      return taken < capacity ? capacity - taken : 0;
    }
    void offer_item() {
      if (available() > 0) getters.grant_one();
    }
    void offer_room() {
      if (room() > 0) putters.grant_one();
    }

    template <typename U>
    void append(U&& item) {
      try {
        items.emplace_back(std::forward<U>(item));
      } catch (...) {
        offer_room();
        throw;
      }
      offer_item();
    }
    void take(std::optional<T>& item) {
      try {
        item.emplace(std::move(items.front()));
      } catch (...) {
        offer_item();
        throw;
      }
      items.pop_front();
      offer_room();
    }

    std::mutex mutex;
    std::size_t capacity = 0;
    bool closed = false;
    bool destroyed = false;
    RingBuffer<T> items;  // those promised to granted getters included
    detail::ThreadLine getters;
    detail::ThreadLine putters;
  };

  // Nothing: closed and empty.
  std::optional<T> next() {
    std::optional<T> item;
    static_cast<void>(receive(item, Deadline::never()));
    return item;
  }

  // `item` is empty. Dismissed: closed, and nothing left.
  Granted receive(std::optional<T>& item, Deadline deadline) {
    detail::checkpoint_if_fiber();
    const auto state = state_;
    Lock lock(state->mutex);
    if (state->available() == 0) {
      if (state->closed) return Granted::dismissed;
      const auto granted = state->getters.wait(lock, detail::kThreadItem, this, deadline,
                                               [&] { state->offer_item(); });
      if (state->destroyed) detail::throw_thread_channel_destroyed();
      if (granted != Granted::yes) return granted;
    }
    state->take(item);
    return Granted::yes;
  }

  std::shared_ptr<State> state_;
};

}  // namespace gnet
