#include "commands/ws_audience.h"

#include <algorithm>
#include <exception>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub.h"

namespace commands {

using gnet::ws::WebSocketClosed;

std::shared_ptr<Audience::Room> Audience::room_here() {
  thread_local std::shared_ptr<Room> room;
  if (room) return room;
  room = std::make_shared<Room>();
  room->mailbox = gnet::Hub::current().mailbox();
  const std::lock_guard lock(mutex_);
  rooms_.push_back(room);
  return room;
}

void Audience::tell(gnet::ws::Opcode opcode, std::string_view data, const Guest* but) {
  const auto spoken = std::make_shared<const Spoken>(Spoken{opcode, std::string(data)});
  const std::shared_ptr<Room> here = room_here();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& room : rooms_) {
      if (room == here) continue;
      room->mailbox->post([room, spoken] { deliver(*room, spoken, nullptr); });
    }
  }
  deliver(*here, spoken, but);
}

void Audience::deliver(const Room& room, const Shared& spoken, const Guest* but) {
  for (Guest* const guest : room.guests) {
    if (guest != but) guest->offer(spoken);
  }
}

Audience::Guest::Guest(Audience& audience, gnet::ws::WebSocket& socket)
    : audience_(audience), socket_(socket), room_(audience.room_here()) {
  room_->guests.push_back(this);
}

Audience::Guest::~Guest() {
  std::erase(room_->guests, this);
  const gnet::Uninterruptible wait_out;
  if (sender_) sender_.kill();
  if (closer_) closer_.kill();
}

void Audience::Guest::offer(const Shared& spoken) {
  if (leaving_ || !socket_.is_open()) return;
  if (queue_.empty() && socket_.try_send(spoken->opcode, spoken->data)) return;
  if (queue_.size() >= audience_.rules_.queue) {
    ++audience_.dropped_;
    if (audience_.rules_.slow == Slow::close) return leave();
    queue_.pop_front();
  }
  queue_.push_back(spoken);
  if (sender_ && sender_.active()) return;
  sender_ = gnet::spawn({.name = "for a slow client"}, [this] { send_queued(); });
}

void Audience::Guest::send_queued() {
  try {
    while (!queue_.empty()) {
      const Shared spoken = queue_.front();
      queue_.pop_front();
      socket_.send(spoken->opcode, spoken->data);
    }
  } catch (const WebSocketClosed&) {
    queue_.clear();
  }
}

// Whoever receives comes to the end, with the closing handshake or without.
void Audience::Guest::leave() {
  leaving_ = true;
  queue_.clear();
  if (sender_) sender_.kill_async();
  closer_ = gnet::spawn({.name = "too slow"},
                        [this] { socket_.close(gnet::ws::kTryAgainLater, "too slow"); });
}

}  // namespace commands
