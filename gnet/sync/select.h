// Waiting until one of several channels and queues can be used, and using it.
//
// Each case is an object: Receive takes an item, Send puts one. select() suspends until
// one of them can go ahead, does that one and no other, and returns its position.
//
//   gnet::Receive job(jobs);
//   gnet::Receive order(orders);
//   gnet::Send report(reports, "idle");
//   switch (gnet::select(job, order, report)) {
//     case 0: run(job.value()); break;
//     case 1: obey(order.value()); break;
//     case 2: break;                           // somebody took the report
//   }
//   if (!gnet::select(5s, job, order)) …       // nothing within five seconds
//
// Of several cases that can go ahead at once, one is picked at random, so that none
// starves another; the randomness is the same in every run. A case that waits stands in
// line with every get() and put() at the same place. A case whose channel or queue is
// closed is picked too, and says closed(). Once a case has been picked, an interrupt
// waits for the next suspension point. Cases may be used again and again.
//
// Threads: the channels and queues belong to the calling hub.

#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "gnet/fiber/deadline.h"
#include "gnet/sync/channel.h"
#include "gnet/sync/grant_queue.h"
#include "gnet/sync/queue.h"

namespace gnet {
namespace detail {

class Selection;

}  // namespace detail

// What Receive and Send have in common.
class SelectCase {
 public:
  SelectCase(const SelectCase&) = delete;
  SelectCase& operator=(const SelectCase&) = delete;

  // After select() has picked this case: nothing was moved, the other side is closed.
  [[nodiscard]] bool closed() const noexcept { return closed_; }

  // A case that is not enabled is never picked: for one that is closed, in a loop.
  void enable(bool enabled = true) noexcept { enabled_ = enabled; }
  [[nodiscard]] bool enabled() const noexcept { return enabled_; }

 protected:
  SelectCase() = default;
  ~SelectCase() = default;

  // A place in line that picks its case when it is woken.
  template <typename Base>
  struct Place : Base {
    template <typename... Args>
    explicit Place(SelectCase& owner, Args... args) noexcept : Base(woken, args...), owner(owner) {}
    static void woken(detail::Waiter& waiter) noexcept {
      static_cast<Place&>(static_cast<Base&>(waiter)).owner.pick(waiter.abandoned);
    }
    SelectCase& owner;
  };

  void set_closed(bool closed) noexcept { closed_ = closed; }

 private:
  friend class detail::Selection;

  virtual bool try_now() = 0;            // goes ahead if it can, or is closed
  virtual void enlist() = 0;             // gets in line
  virtual void withdraw() noexcept = 0;  // leaves it
  virtual void finish() = 0;             // goes ahead, after it was picked
  void pick(bool abandoned) noexcept;

  detail::Selection* selection_ = nullptr;
  bool enabled_ = true;
  bool closed_ = false;
};

// Takes an item from a channel or a queue.
template <typename Source>
class Receive;

// Puts an item into a channel or a queue.
template <typename Target>
class Send;

namespace detail {

// Where an item goes that was received.
template <typename T>
class Receipt : public SelectCase {
 public:
  // The item, after select() has picked this case; throws QueueClosed when closed().
  [[nodiscard]] T& value() {
    if (closed()) throw QueueClosed();
    return *item_;
  }

 protected:
  ~Receipt() = default;

  bool keep(std::optional<T>&& item, bool closed) {
    item_.reset();
    if (item) item_.emplace(std::move(*item));
    set_closed(!item && closed);
    return item || closed;
  }

 private:
  std::optional<T> item_;
};

// What is to be sent.
template <typename T>
class Shipment : public SelectCase {
 public:
  // What the case will send, or was not able to.
  [[nodiscard]] T& item() noexcept { return item_; }
  template <typename U>
  void set(U&& item) {
    item_ = std::forward<U>(item);
  }

 protected:
  template <typename U>
  explicit Shipment(U&& item) : item_(std::forward<U>(item)) {}
  ~Shipment() = default;

 private:
  T item_;
};

}  // namespace detail

template <typename T>
class Receive<Channel<T>> : public detail::Receipt<T> {
 public:
  explicit Receive(Channel<T>& channel) : channel_(channel) {}

 private:
  using Place = SelectCase::Place<typename Channel<T>::Receiver>;

  bool try_now() override {
    channel_.hub().check_thread();
    channel_.check();
    std::optional<T> item;
    channel_.take_now(item);
    return this->keep(std::move(item), channel_.closed());
  }
  void enlist() override { channel_.receivers_.add(place_.emplace(*this)); }
  void withdraw() noexcept override {
    if (place_) place_->unlink();
  }
  void finish() override {
    const bool served = Channel<T>::was_served(*place_);
    this->keep(std::move(place_->item), !served);
  }

  Channel<T>& channel_;
  std::optional<Place> place_;
};

template <typename T>
class Send<Channel<T>> : public detail::Shipment<T> {
 public:
  template <typename U>
  Send(Channel<T>& channel, U&& item)
      : detail::Shipment<T>(std::forward<U>(item)), channel_(channel) {}

 private:
  using Place = SelectCase::Place<typename Channel<T>::Sender>;

  bool try_now() override {
    channel_.hub().check_thread();
    this->set_closed(channel_.closed());
    return channel_.closed() || channel_.try_put(std::move(this->item()));
  }
  void enlist() override {
    channel_.enlist(place_.emplace(*this, Channel<T>::template make<T>, &this->item()));
  }
  void withdraw() noexcept override {
    if (place_) place_->unlink();
  }
  void finish() override { this->set_closed(!Channel<T>::was_taken(*place_)); }

  Channel<T>& channel_;
  std::optional<Place> place_;
};

template <typename T, typename Storage>
class Receive<BasicQueue<T, Storage>> : public detail::Receipt<T> {
 public:
  explicit Receive(BasicQueue<T, Storage>& queue) : queue_(queue) {}

 private:
  using Place = SelectCase::Place<GrantQueue::Ticket>;
  using Waits = detail::QueueWaits<Storage>;

  bool try_now() override {
    queue_.hub().check_thread();
    std::optional<T> item;
    if (!queue_.empty()) item.emplace(queue_.take());
    return this->keep(std::move(item), queue_.closed());
  }
  void enlist() override { queue_.getters_.add(place_.emplace(*this)); }
  void withdraw() noexcept override {
    if (place_) place_->unlink();
  }
  void finish() override {
    if (place_->abandoned) detail::throw_destroyed(Waits::kItem);
    if (place_->granted) {
      queue_.getters_.redeem(*place_);
      this->keep(queue_.take(), false);
    } else if (!try_now()) {
      this->keep(std::nullopt, true);
    }
  }

  BasicQueue<T, Storage>& queue_;
  std::optional<Place> place_;
};

template <typename T, typename Storage>
class Send<BasicQueue<T, Storage>> : public detail::Shipment<T> {
 public:
  template <typename U>
  Send(BasicQueue<T, Storage>& queue, U&& item)
      : detail::Shipment<T>(std::forward<U>(item)), queue_(queue) {}

 private:
  using Queue = BasicQueue<T, Storage>;
  using Place = SelectCase::Place<typename Queue::Putter>;

  bool try_now() override {
    queue_.hub().check_thread();
    this->set_closed(queue_.closed());
    return queue_.closed() || queue_.try_put(std::move(this->item()));
  }
  void enlist() override {
    queue_.putters_.add(place_.emplace(*this, Queue::template append<T>, &this->item()));
  }
  void withdraw() noexcept override {
    if (place_) place_->unlink();
  }
  void finish() override { this->set_closed(!Queue::was_stored(*place_)); }

  Queue& queue_;
  std::optional<Place> place_;
};

template <typename T>
Receive(Channel<T>&) -> Receive<Channel<T>>;
template <typename T, typename Storage>
Receive(BasicQueue<T, Storage>&) -> Receive<BasicQueue<T, Storage>>;
template <typename T, typename U>
Send(Channel<T>&, U&&) -> Send<Channel<T>>;
template <typename T, typename Storage, typename U>
Send(BasicQueue<T, Storage>&, U&&) -> Send<BasicQueue<T, Storage>>;

namespace detail {

// One call of select().
class Selection {
 public:
  explicit Selection(std::span<SelectCase* const> cases);
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;
  ~Selection();

  std::optional<std::size_t> try_now();
  std::optional<std::size_t> wait(Deadline deadline);

 private:
  friend class gnet::SelectCase;

  void pick(SelectCase& picked, bool abandoned) noexcept;
  void withdraw_all() noexcept;

  detail::Scheduler& hub_;
  std::span<SelectCase* const> cases_;
  Waiter done_;
  SelectCase* picked_ = nullptr;
  bool enlisted_ = false;
};

}  // namespace detail

// Suspends until one of the cases has gone ahead: its position.
template <typename... Cases>
requires(std::derived_from<Cases, SelectCase>&&...) std::size_t select(Cases&... cases) {
  const std::array<SelectCase*, sizeof...(Cases)> all{&cases...};
  return *detail::Selection(all).wait(Deadline::never());
}

// As above, but gives up at the deadline: nothing means that it passed.
template <typename... Cases>
requires(std::derived_from<Cases, SelectCase>&&...)
    [[nodiscard]] std::optional<std::size_t> select(Deadline deadline, Cases&... cases) {
  const std::array<SelectCase*, sizeof...(Cases)> all{&cases...};
  return detail::Selection(all).wait(deadline);
}

// For any number of cases.
[[nodiscard]] std::optional<std::size_t> select(std::span<SelectCase* const> cases,
                                                Deadline deadline = Deadline::never());

// As select(), but never suspends: nothing means that no case can go ahead.
template <typename... Cases>
requires(std::derived_from<Cases, SelectCase>&&...)
    [[nodiscard]] std::optional<std::size_t> try_select(Cases&... cases) {
  const std::array<SelectCase*, sizeof...(Cases)> all{&cases...};
  return detail::Selection(all).try_now();
}

}  // namespace gnet
