#include "commands/chat_room.h"

#include <string>

#include "gnet/fiber/hub.h"

namespace commands {

ChatRoom::Place::Place(ChatRoom& room, gnet::ws::WebSocket& socket)
    : members_(room.here()), socket_(socket) {
  members_->insert(&socket_);
}

ChatRoom::Place::~Place() {
  members_->erase(&socket_);
}

std::shared_ptr<ChatRoom::Members> ChatRoom::here() {
  const std::lock_guard lock(mutex_);
  auto& members = hubs_[gnet::Hub::current().mailbox()];
  if (members == nullptr) members = std::make_shared<Members>();
  return members;
}

void ChatRoom::say(std::string_view text, const gnet::ws::WebSocket* but) {
  const auto& own = gnet::Hub::current().mailbox();
  std::shared_ptr<const std::string> copy;
  const std::lock_guard lock(mutex_);
  for (const auto& [mailbox, members] : hubs_) {
    if (mailbox == own) {
      tell(*members, text, but);
      continue;
    }
    if (copy == nullptr) copy = std::make_shared<const std::string>(text);
    mailbox->post([copy, members = members] { tell(*members, *copy, nullptr); });
  }
}

void ChatRoom::tell(const Members& members, std::string_view text, const gnet::ws::WebSocket* but) {
  for (gnet::ws::WebSocket* const socket : members) {
    if (socket == but || !socket->is_open()) continue;
    if (!socket->try_send(gnet::ws::Opcode::text, text)) socket->abort();
  }
}

}  // namespace commands
