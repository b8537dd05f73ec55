// A chat of rooms: many users, each in one room, who hear what is said there.
//
//   example_chat [ENDPOINT]              # 127.0.0.1:6012 unless given
//   nc 127.0.0.1 6012
//
// /nick NAME, /join ROOM, /who, /quit; anything else is said to the room. Who does not read is cut
// off once 64 KiB wait for him, and keeps nobody up meanwhile. On SIGTERM and Ctrl-C everybody is
// told goodbye.

#include <cstdio>
#include <map>
#include <set>
#include <string>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

class Member;

// What the members share.
struct Chat : gnet::TCPServerFactory {
  using TCPServerFactory::TCPServerFactory;
  ~Chat() override { end(); }

  std::unique_ptr<gnet::Protocol> build_protocol() override;

  std::map<std::string, std::set<Member*>> rooms;
  std::set<std::string> names;
  int guests = 0;
};

class Member : public gnet::FramedProtocol<gnet::LineFramer> {
 public:
  Member() : FramedProtocol(1000) { high_water = 64 * 1024; }

  const std::string& name() const { return name_; }

  void connection_made() override {
    while (!take_name("guest-" + std::to_string(++chat().guests))) continue;
    send_message("*** you are " + name_);
    enter("lobby");
  }

  void message_received(std::string_view line) override {
    const auto space = line.find(' ');
    const std::string_view verb = line.substr(0, space);
    const std::string rest(space == line.npos ? "" : line.substr(space + 1));
    if (verb == "/nick") {
      rename(rest);
    } else if (verb == "/join") {
      leave(), enter(rest.empty() ? "lobby" : rest);
    } else if (verb == "/who") {
      std::string all = "*** in " + room_ + ":";
      for (const Member* member : chat().rooms[room_]) all += " " + member->name();
      send_message(all);
    } else if (verb == "/quit") {
      send_lose("*** goodbye\n");
    } else if (!line.empty()) {
      say(name_ + ": " + std::string(line));
    }
  }

  // Also when the connection ends: from here on nobody can find it.
  void connection_lost(const gnet::CloseReason& reason) override {
    log().info("{} is gone: {}", name_, reason.text());
    leave();
    chat().names.erase(name_);
  }

 private:
  Chat& chat() { return *factory<Chat>(); }

  // Does not wait for anybody, and so cannot be kept up by one who does not read.
  void say(const std::string& line) {
    gnet::broadcast(chat().rooms[room_], line + "\n", gnet::NoRoom::abort);
  }

  bool take_name(const std::string& name) {
    if (name.empty() || name.find(' ') != name.npos || !chat().names.insert(name).second) {
      return false;
    }
    chat().names.erase(std::exchange(name_, name));
    return true;
  }

  void rename(const std::string& name) {
    const std::string before = name_;
    if (take_name(name)) {
      say("*** " + before + " is now " + name_);
    } else {
      send_message("*** no: the name is taken, or none");
    }
  }

  void enter(const std::string& room) {
    room_ = room;
    chat().rooms[room_].insert(this);
    say("*** " + name_ + " is in " + room_);
  }

  void leave() {
    const auto room = chat().rooms.find(room_);
    if (room == chat().rooms.end() || room->second.erase(this) == 0) return;
    say("*** " + name_ + " has left");
    if (room->second.empty()) chat().rooms.erase(room);
  }

  std::string name_;
  std::string room_;
};

std::unique_ptr<gnet::Protocol> Chat::build_protocol() {
  return std::make_unique<Member>();
}

int main(int argc, char** argv) {
  auto& root = gnet::Service::instance();
  auto& chat = root.add_factory(
      "chat", std::make_unique<Chat>(argc > 1 ? argv[1] : "127.0.0.1:6012",
                                     gnet::TCPServerOptions{.max_connections = 1000}));
  // What is queued is still sent: each connection has until the grace for it.
  root.before_stop([&](int) { chat.broadcast("*** goodbye\n"); });
  root.set_grace(2s);
  chat.start();
  fmt::print("listening on {}\n", chat.local_endpoint().to_string());
  std::fflush(stdout);

  gnet::wait();  // until SIGTERM or Ctrl-C
  fmt::print("stopped\n");
}
