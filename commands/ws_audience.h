// The clients of gnet ws-echo, on all threads, when one message goes to many.
//
// Nobody waits for a client that is slow: what it has not taken is queued for it, and when that is
// too much it loses the oldest, or its connection.
//
//   Audience audience({.queue = 256});
//   Audience::Guest guest(audience, socket);                 // in each connection
//   audience.tell(Opcode::text, "to everybody but", &guest);
//
// Threads: an Audience is for all; a Guest belongs to the hub of its WebSocket.

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
#include "gnet/ws/web_socket.h"

namespace commands {

enum class Slow { close, drop_oldest };

class Audience {
 public:
  class Guest;

  struct Rules {
    std::uint64_t queue = 256;  // messages for one client
    Slow slow = Slow::close;
  };

  explicit Audience(Rules rules) : rules_(rules) {}
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  // Gives this to everybody but one, who may be nobody. Does not suspend.
  void tell(gnet::ws::Opcode opcode, std::string_view data, const Guest* but = nullptr);

  // Messages that slow clients did not get.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  struct Spoken {
    gnet::ws::Opcode opcode;
    std::string data;
  };
  using Shared = std::shared_ptr<const Spoken>;

  // Those on one thread.
  struct Room {
    std::shared_ptr<gnet::Mailbox> mailbox;
    std::vector<Guest*> guests;
  };

  std::shared_ptr<Room> room_here();
  static void deliver(const Room& room, const Shared& spoken, const Guest* but);

  const Rules rules_;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Room>> rooms_;
};

// One client, for as long as this lives.
class Audience::Guest {
 public:
  Guest(Audience& audience, gnet::ws::WebSocket& socket);
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest();

 private:
  friend class Audience;
  void offer(const Shared& spoken);
  void send_queued();
  void leave();

  Audience& audience_;
  gnet::ws::WebSocket& socket_;
  std::shared_ptr<Room> room_;
  std::deque<Shared> queue_;
  bool leaving_ = false;
  gnet::Fiber<> sender_;  // while there is a queue
  gnet::Fiber<> closer_;
};

}  // namespace commands
