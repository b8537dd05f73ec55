// Where fibers meet to hand each other items.
//
// put() parks until another fiber takes the item, get() until another brings one, and
// both sides are served in the order in which they came. Whoever receives runs first:
// put() returns after the receiver has had its turn. A Channel made with a buffer lets
// that many items wait in it, and put() then parks only while it is full.
//
//   gnet::Channel<std::string> words;
//   auto speaker = gnet::spawn([&] { words.put("hello"); words.close(); });
//   for (auto& word : words) print(word);
//
// An item that has been handed over is not handed back: a put() or get() that was served
// and interrupted before its fiber ran again returns, and the interrupt comes at the next
// suspension point. select() in select.h waits for several channels at once.
//
// Threads: a Channel belongs to the hub on which it was made; use from another thread
// throws Misuse. ThreadChannel goes between threads.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "gnet/base/ring_buffer.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/sync/grant_queue.h"
#include "gnet/sync/item_iterator.h"
#include "gnet/sync/queue.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

// Thrown by what finds the channel closed.
class ChannelClosed : public QueueClosed {
 public:
  ChannelClosed();
};

namespace detail {

// The fibers for which a channel is reserved.
class ChannelUsers {
 public:
  // Throws Misuse when the channel is reserved and the running fiber is none of them.
  void check() const {
    if (ids_) [[unlikely]]
      check_running();
  }

 protected:
  ~ChannelUsers() = default;

  // A waiter waits for one of the others.
  static void others(const FiberControl& waiter, Enders& enders);
  static constexpr WaitKind kItem{"a sender at Channel", nullptr, nullptr, others, "reserved for"};
  static constexpr WaitKind kRoom{"a receiver at Channel", nullptr, nullptr, others,
                                  "reserved for"};

  std::unique_ptr<const std::vector<std::uint64_t>> ids_;  // null: all may use it

 private:
  void check_running() const;
};

}  // namespace detail

template <typename T>
class Channel : private detail::ChannelUsers {
  static_assert(std::is_nothrow_move_constructible_v<T>, "what is handed over must not get stuck");

 public:
  explicit Channel(std::size_t buffer = 0) : capacity_(buffer) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // ---- state ----

  // The number of items in the buffer; how many fit. Without a buffer a channel is
  // always both empty and full.
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  [[nodiscard]] bool full() const noexcept { return items_.size() >= capacity_; }

  // How many more fibers wait to put than wait to get. Counts by walking.
  [[nodiscard]] std::ptrdiff_t balance() const noexcept {
    return static_cast<std::ptrdiff_t>(senders_.size()) -
           static_cast<std::ptrdiff_t>(receivers_.size());
  }

  // Says by their ids which fibers use the channel: from now on others that put or get, callbacks
  // of the hub among them, are told by Misuse; close() is for everybody. Who waits here is then
  // known to wait for one of these, which is what gnet::diag::find_deadlocks() goes by.
  void reserve_for(std::vector<std::uint64_t> fibers) {
    hub().check_thread();
    ids_ = std::make_unique<const std::vector<std::uint64_t>>(std::move(fibers));
  }

  // ---- putting ----
  // All of it throws ChannelClosed after close(), also in fibers that wait. An item that
  // was not taken has not been moved from.

  // Hands an item over; suspends until a receiver has it, or the buffer.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  void put(U&& item) { static_cast<void>(put(std::forward<U>(item), Deadline::never())); }

  // As put(), but gives up at the deadline: false means that it passed.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  [[nodiscard]] bool put(U&& item, Deadline deadline) {
    hub().check_thread();
    hub().checkpoint();
    const bool meets = capacity_ == 0;
    if (try_put(std::forward<U>(item))) {
      if (meets) let_receiver_run();
      return true;
    }
    Sender sender(&hub().running(), make<U>, std::addressof(item));
    return wait_for_receiver(sender, deadline);
  }

  // Hands an item over if a receiver waits or the buffer has room; never suspends, and
  // may be called inside callbacks of the hub.
  template <typename U = T>
  requires std::constructible_from<T, U&&>
  [[nodiscard]] bool try_put(U&& item) {
    hub().check_thread();
    this->check();
    if (closed_) throw ChannelClosed();
    if (!receivers_.empty()) {
      T made(std::forward<U>(item));
      auto& receiver = *static_cast<Receiver*>(receivers_.take_first());
      receiver.item.emplace(std::move(made));
      hub().wake(receiver);
      return true;
    }
    if (full()) return false;
    items_.emplace_back(std::forward<U>(item));
    watchers_.notify_all();
    return true;
  }

  // ---- getting ----
  // All of it throws ChannelClosed once the channel is closed and its buffer empty.

  // Takes an item; suspends until there is a sender.
  T get() {
    std::optional<T> item;
    if (receive(item, Deadline::never()) == Granted::dismissed) throw ChannelClosed();
    return std::move(*item);
  }

  // As get(), but gives up at the deadline: nothing means that it passed.
  [[nodiscard]] std::optional<T> get(Deadline deadline) {
    std::optional<T> item;
    if (receive(item, deadline) == Granted::dismissed) throw ChannelClosed();
    return item;
  }

  // Takes an item if the buffer has one or a sender waits; never suspends, and may be
  // called inside callbacks of the hub.
  [[nodiscard]] std::optional<T> try_get() {
    hub().check_thread();
    this->check();
    std::optional<T> item;
    take_now(item);
    if (!item && closed_) throw ChannelClosed();
    return item;
  }

  // ---- closing ----

  // Ends putting: fibers that wait are told so; what is in the buffer can still be
  // taken. Closing twice is not an error.
  void close() {
    hub().check_thread_or_ended();
    closed_ = true;
    receivers_.notify_all();
    senders_.notify_all();
    watchers_.notify_all();
  }

  // As close(), and drops what is in the buffer.
  void close_now() {
    hub().check_thread_or_ended();
    const RingBuffer<T> dropped(std::move(items_));
    close();
  }

  [[nodiscard]] bool closed() const noexcept { return closed_; }

  // ---- iterating ----
  // for (auto& item : channel): takes one item after the other until the channel is
  // closed and its buffer empty.

  using Iterator = detail::ItemIterator<Channel, T>;
  [[nodiscard]] Iterator begin() { return Iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  // Waitable, see gnet/fiber/wait.h: try_get() would find an item, or the channel is
  // closed. Somebody else may be quicker.
  [[nodiscard]] bool ready() const noexcept {
    return !items_.empty() || !senders_.empty() || closed_;
  }
  void add_waiter(detail::Waiter& waiter) const { watchers_.add(waiter); }

 private:
  friend Iterator;
  template <typename>
  friend class Receive;
  template <typename>
  friend class Send;

  // One that waits for an item, which whoever brings it stores here.
  struct Receiver : detail::Waiter {
    using Waiter::Waiter;
    std::optional<T> item;
  };

  // One that waits for its item to be taken.
  struct Sender : detail::Waiter {
    using Make = T (*)(const void* item);

    template <typename Woken>
    Sender(Woken woken, Make make, const void* item) noexcept
        : Waiter(woken), make(make), item(item) {}

    Make make;
    const void* item;
    bool taken = false;
    std::exception_ptr error;  // what make() threw
  };

  template <typename U>
  static T make(const void* item) {
    using Item = std::remove_reference_t<U>;
    return T(std::forward<U>(*static_cast<Item*>(const_cast<void*>(item))));
  }

  // `item` is empty, and stays so when there is none.
  void take_now(std::optional<T>& item) {
    if (items_.empty()) {
      take_from_sender([&item](T&& made) { item.emplace(std::move(made)); });
    } else {
      item.emplace(std::move(items_.front()));
      items_.pop_front();
      const auto store = [this](T&& made) { items_.emplace_back(std::move(made)); };
      while (!full() && take_from_sender(store)) {
      }
    }
  }

  // Takes the item of the sender that has waited longest; an item that cannot be made
  // is its sender's error. False: nobody waits.
  template <typename Store>
  bool take_from_sender(Store&& store) {
    while (auto* sender = static_cast<Sender*>(senders_.take_first())) {
      try {
        store(sender->make(sender->item));
        sender->taken = true;
      } catch (...) {
        sender->error = std::current_exception();
      }
      hub().wake(*sender);
      if (sender->taken) return true;
    }
    return false;
  }

  void enlist(Sender& sender) {
    senders_.add(sender);
    watchers_.notify_all();
  }

  bool wait_for_receiver(Sender& sender, Deadline deadline) {
    detail::Scheduler& hub = this->hub();
    enlist(sender);
    while (!sender.signalled) {
      if (!hub.park(sender, kRoom, users(), deadline) && !sender.signalled) {
        return false;
      }
    }
    if (!was_taken(sender)) throw ChannelClosed();
    return true;
  }

  // What became of a sender that was woken. False: the channel was closed.
  static bool was_taken(const Sender& sender) {
    if (sender.taken) return true;
    if (sender.error) std::rethrow_exception(sender.error);
    if (sender.abandoned) detail::throw_destroyed(kRoom);
    return false;
  }

  // Nothing: closed and empty.
  std::optional<T> next() {
    std::optional<T> item;
    static_cast<void>(receive(item, Deadline::never()));
    return item;
  }

  // `item` is empty. Dismissed: the channel is closed.
  Granted receive(std::optional<T>& item, Deadline deadline) {
    detail::Scheduler& hub = this->hub();
    hub.check_thread();
    this->check();
    hub.checkpoint();
    take_now(item);
    if (item) return Granted::yes;
    if (closed_) return Granted::dismissed;
    Receiver receiver(&hub.running());
    receivers_.add(receiver);
    while (!receiver.signalled) {
      if (!hub.park(receiver, kItem, users(), deadline) && !receiver.signalled) {
        return Granted::deadline_passed;
      }
    }
    if (!was_served(receiver)) return Granted::dismissed;
    item.emplace(std::move(*receiver.item));
    return Granted::yes;
  }

  // What became of a receiver that was woken. False: the channel was closed.
  static bool was_served(const Receiver& receiver) {
    if (!receiver.item && receiver.abandoned) detail::throw_destroyed(kItem);
    return receiver.item.has_value();
  }

  // The item is gone: no interrupt may make it look otherwise.
  void let_receiver_run() {
    const Uninterruptible handed_over;
    hub().yield();
  }

  [[nodiscard]] detail::Scheduler& hub() const noexcept { return receivers_.hub(); }
  [[nodiscard]] const detail::ChannelUsers* users() const noexcept { return this; }

  std::size_t capacity_;
  bool closed_ = false;
  RingBuffer<T> items_;
  WaitQueue receivers_;  // none waits while there are items or senders
  WaitQueue senders_;    // none waits while there is room
  mutable WaitQueue watchers_;
};

}  // namespace gnet
