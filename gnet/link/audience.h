// Those who hear what one says: the clients of gnet ws-echo, or of a bridge whose right side is
// shared, on all threads.
//
// Nobody waits for a guest that is slow: what it has not taken is queued for it, and when that is
// too much it loses the oldest, or its connection. Or everybody does wait for it, if that is
// wanted.
//
//   Audience audience({.queue = 256});
//   Audience::Guest guest(audience, link);                   // in each connection
//   audience.tell({"to everybody but", MessageKind::text}, &guest);
//
// Threads: an Audience is for all; a Guest belongs to the hub of its link.

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/link/message_link.h"
#include "gnet/sync/event.h"

namespace gnet::link {

// What becomes of a guest for whom too much is queued.
enum class Slow : std::uint8_t {
  close,        // it is told to try again later (1013)
  drop_oldest,  // it misses what it has not heard
  block,        // who tells waits for it; those on other threads lose the oldest
};

class Audience {
 public:
  class Guest;

  struct Rules {
    std::uint64_t queue = 256;  // messages for one guest
    Slow slow = Slow::close;
  };

  explicit Audience(Rules rules) : rules_(rules) {}
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  // Gives this to everybody but one, who may be nobody. Does not suspend, but with Slow::block.
  void tell(const LinkMessage& message, const Guest* but = nullptr);

  // Messages that slow guests did not get.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  struct Spoken {
    MessageKind kind;
    std::string data;

    [[nodiscard]] LinkMessage message() const noexcept { return {data, kind}; }
  };
  using Shared = std::shared_ptr<const Spoken>;

  // Those on one thread.
  struct Room {
    std::shared_ptr<Mailbox> mailbox;
    std::vector<Guest*> guests;
    Event changed;  // a guest has taken something, or gone
  };

  std::shared_ptr<Room> room_here();
  static void deliver(const Room& room, const Shared& spoken, const Guest* but);
  static void wait_for_room(Room& room, const Guest* but);

  const Rules rules_;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Room>> rooms_;
};

// One of them, for as long as this lives. What is queued when it goes is dropped.
class Audience::Guest {
 public:
  Guest(Audience& audience, MessageLink& link);
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest();

 private:
  friend class Audience;
  [[nodiscard]] bool is_full() const noexcept;
  void offer(const Shared& spoken);
  void send_queued();
  void leave();

  Audience& audience_;
  MessageLink& link_;
  std::shared_ptr<Room> room_;
  std::deque<Shared> queue_;
  bool gone_ = false;
  Fiber<> sender_;  // while there is a queue
  Fiber<> closer_;
};

}  // namespace gnet::link
