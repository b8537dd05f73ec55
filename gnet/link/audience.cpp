#include "gnet/link/audience.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub.h"

namespace gnet::link {

std::shared_ptr<Audience::Room> Audience::room_here() {
  thread_local std::map<Audience*, std::weak_ptr<Room>> rooms;
  if (auto room = rooms[this].lock()) return room;
  auto room = std::make_shared<Room>();
  room->mailbox = Hub::current().mailbox();
  rooms[this] = room;
  const std::lock_guard lock(mutex_);
  rooms_.push_back(room);
  return room;
}

void Audience::tell(const LinkMessage& message, const Guest* but) {
  const auto spoken =
      std::make_shared<const Spoken>(Spoken{message.kind, std::string(message.data)});
  const std::shared_ptr<Room> here = room_here();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& room : rooms_) {
      if (room == here) continue;
      room->mailbox->post([room, spoken] { deliver(*room, spoken, nullptr); });
    }
  }
  if (rules_.slow == Slow::block) wait_for_room(*here, but);
  deliver(*here, spoken, but);
}

void Audience::wait_for_room(Room& room, const Guest* but) {
  const auto is_full = [but](const Guest* guest) { return guest != but && guest->is_full(); };
  while (std::ranges::any_of(room.guests, is_full)) {
    room.changed.clear();
    room.changed.wait();
  }
}

void Audience::deliver(const Room& room, const Shared& spoken, const Guest* but) {
  for (Guest* const guest : room.guests) {
    if (guest != but) guest->offer(spoken);
  }
}

Audience::Guest::Guest(Audience& audience, MessageLink& link)
    : audience_(audience), link_(link), room_(audience.room_here()) {
  room_->guests.push_back(this);
}

Audience::Guest::~Guest() {
  std::erase(room_->guests, this);
  room_->changed.set();
  const Uninterruptible wait_out;
  if (sender_) sender_.kill();
  if (closer_) closer_.kill();
}

bool Audience::Guest::is_full() const noexcept {
  return !gone_ && queue_.size() >= audience_.rules_.queue;
}

void Audience::Guest::offer(const Shared& spoken) {
  if (gone_) return;
  if (queue_.empty() && link_.try_send(spoken->message())) return;
  if (is_full()) {
    ++audience_.dropped_;
    if (audience_.rules_.slow == Slow::close) return leave();
    queue_.pop_front();
  }
  queue_.push_back(spoken);
  if (sender_ && sender_.active()) return;
  sender_ = spawn({.name = "for a slow guest"}, [this] { send_queued(); });
}

void Audience::Guest::send_queued() {
  try {
    while (!queue_.empty()) {
      const Shared spoken = queue_.front();
      queue_.pop_front();
      room_->changed.set();
      link_.send(spoken->message());
    }
  } catch (const std::runtime_error&) {
    // The guest has gone, which whoever receives from it finds out.
    gone_ = true;
    queue_.clear();
    room_->changed.set();
  }
}

// Whoever receives comes to the end, with the closing handshake or without.
void Audience::Guest::leave() {
  gone_ = true;
  queue_.clear();
  if (sender_) sender_.kill_async();
  closer_ = spawn({.name = "too slow"}, [this] {
    try {
      link_.close(ws::kTryAgainLater, "too slow");
    } catch (const std::runtime_error&) {
      link_.abort();
    }
  });
}

}  // namespace gnet::link
