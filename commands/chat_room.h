// Who is in a room hears what others say, on whatever thread they are served.
//
//   ChatRoom::Place place(room, socket);               // until the end of the block
//   while (const auto message = socket.receive()) room.say(message->data, &socket);
//
// Nobody waits for anybody: a member who takes nothing, while others talk, is cut off.
//
// Threads: a ChatRoom may be used from any hub; a Place belongs to that of its socket.

#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>

#include "gnet/fiber/mailbox.h"
#include "gnet/ws/web_socket.h"

namespace commands {

class ChatRoom {
  // Those on one hub, which alone looks at them.
  using Members = std::set<gnet::ws::WebSocket*>;

 public:
  class Place {
   public:
    // Both have to outlive it.
    Place(ChatRoom& room, gnet::ws::WebSocket& socket);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    std::shared_ptr<Members> members_;
    gnet::ws::WebSocket& socket_;
  };

  ChatRoom() = default;
  ChatRoom(const ChatRoom&) = delete;
  ChatRoom& operator=(const ChatRoom&) = delete;

  // To all but one of this hub, or to all. Those on other hubs hear it a moment later. Does not
  // suspend.
  void say(std::string_view text, const gnet::ws::WebSocket* but = nullptr);

 private:
  static void tell(const Members& members, std::string_view text, const gnet::ws::WebSocket* but);
  std::shared_ptr<Members> here();

  std::mutex mutex_;  // of the map
  std::map<std::shared_ptr<gnet::Mailbox>, std::shared_ptr<Members>> hubs_;
};

}  // namespace commands
