// A fiber with a mailbox, that deals with one message after the other.
//
// What others send waits in the mailbox until the actor gets to it; its state is its own,
// and nobody else's fiber runs in it. An actor is made from a function that is called
// with each message, or from one that is called once with the actor and calls receive().
//
//   struct Game {
//     gnet::Actor<std::string> ping{[this](std::string ball) { pong.send("ping"); }};
//     gnet::Actor<std::string> pong{[this](std::string ball) { ping.send("pong"); }};
//   };
//
//   gnet::Actor<Line> log([&](gnet::Actor<Line>& self) {
//     while (auto line = self.receive()) write(*line);
//   });
//
// An exception ends the actor; it is reported unless somebody asks fiber().exception().
// Destroying an actor kills it, and suspends until it has ended; its own fiber may not do that.
//
// Threads: an Actor belongs to the hub on which it was made; use from another thread
// throws Misuse.

#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/source_location.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/async_result.h"
#include "gnet/sync/queue.h"

namespace gnet {

struct ActorOptions {
  std::size_t mailbox = SIZE_MAX;  // how many messages may wait; by default any number
  std::string name = {};           // of the fiber
};

template <typename Message>
class Actor {
 public:
  // Begins when the caller next suspends.
  template <typename F>
  requires(std::invocable<F&, Actor&> || std::invocable<F&, Message>) explicit Actor(
      F&& behaviour, ActorOptions options = {}, SourceLocation where = SourceLocation::current())
      : mailbox_(options.mailbox),
        fiber_(spawn(
            SpawnOptions{.name = std::move(options.name)},
            [this, behaviour = std::decay_t<F>(std::forward<F>(behaviour)),
             ending = Ending(mailbox_)]() mutable {
              if constexpr (std::invocable<F&, Actor&>) {
                behaviour(*this);
              } else {
                for (Message& message : mailbox_) behaviour(std::move(message));
              }
            },
            where)) {}
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;
  ~Actor() {
    if (fiber_.dead()) return;
    if (fiber_.state() == FiberState::running) refuse_to_be_destroyed();
    const Uninterruptible until_it_ends;
    fiber_.kill();
  }

  // ---- for others; all of it throws QueueClosed once the actor has been stopped ----

  // Puts a message into the mailbox; suspends while that is full.
  template <typename U = Message>
  requires std::constructible_from<Message, U&&>
  void send(U&& message) { mailbox_.put(std::forward<U>(message)); }

  // As send(), but gives up at the deadline: false means that it passed.
  template <typename U = Message>
  requires std::constructible_from<Message, U&&>
  [[nodiscard]] bool send(U&& message, Deadline deadline) {
    return mailbox_.put(std::forward<U>(message), deadline);
  }

  // Puts a message into the mailbox if there is room; never suspends.
  template <typename U = Message>
  requires std::constructible_from<Message, U&&>
  [[nodiscard]] bool try_send(U&& message) { return mailbox_.try_put(std::forward<U>(message)); }

  // Sends `make(setter)`, a message that carries an AsyncResult<Reply>::Setter, and
  // suspends until the actor has set it. Throws ResultAbandoned when it never will.
  template <typename Reply, typename Make>
  Reply ask(Make&& make) {
    AsyncResult<Reply> reply;
    send(std::forward<Make>(make)(reply.setter()));
    return std::move(reply).get();
  }

  // The number of messages that wait.
  [[nodiscard]] std::size_t pending() const noexcept { return mailbox_.size(); }

  // ---- the end ----

  // Takes no more messages; the actor ends after those that it has.
  void stop() { mailbox_.close(); }

  // Interrupts the actor where it waits, drops its messages, and suspends until it has
  // ended.
  void kill() { fiber_.kill(); }

  // Suspends until the actor has ended.
  void join() { fiber_.join(); }

  // As join(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool join(Deadline deadline) { return fiber_.join(deadline); }

  [[nodiscard]] AnyFiber& fiber() noexcept { return fiber_; }

  // ---- for the actor itself ----

  // The next message; suspends until there is one. Nothing: the actor has been stopped.
  // Throws Misuse in other fibers.
  [[nodiscard]] std::optional<Message> receive() {
    if (this_fiber::id() != fiber_.id()) throw Misuse("one actor received the mail of another");
    auto first = mailbox_.begin();
    if (first == mailbox_.end()) return std::nullopt;
    return std::move(*first);
  }

  // Waitable, see gnet/fiber/wait.h: the actor has ended.
  [[nodiscard]] bool ready() const noexcept { return fiber_.ready(); }
  void add_waiter(detail::Waiter& waiter) const { fiber_.add_waiter(waiter); }

 private:
  [[noreturn]] static void refuse_to_be_destroyed() {
    throw Misuse("an Actor was destroyed by its own fiber");
  }

  // Tells those who wait for room in the mailbox, however the fiber ends.
  class Ending {
   public:
    explicit Ending(Queue<Message>& mailbox) noexcept : mailbox_(&mailbox) {}
    Ending(Ending&& other) noexcept : mailbox_(std::exchange(other.mailbox_, nullptr)) {}
    Ending& operator=(Ending&&) = delete;
    ~Ending() {
      if (mailbox_ != nullptr) mailbox_->close_now();
    }

   private:
    Queue<Message>* mailbox_;
  };

  Queue<Message> mailbox_;
  Fiber<> fiber_;
};

}  // namespace gnet
