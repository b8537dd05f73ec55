// A chat over WebSockets, and beside it a page that watches by events (SSE) how many there are.
//
//   example_web_chat [ENDPOINT]           # http://127.0.0.1:6013 unless told otherwise
//   gnet ws :6013/chat
//   curl --no-buffer http://127.0.0.1:6013/count
//
// Who does not read what the others say is cut off, and keeps nobody up meanwhile.

#include <gnet/gnet.h>

#include <cstdio>
#include <set>
#include <string>

using namespace std::chrono_literals;
using gnet::ws::WebSocket;

namespace {

class Room {
 public:
  void join(WebSocket& socket) {
    const Guest guest(*this, socket);
    while (const auto message = socket.receive()) {
      if (message->is_text()) tell(message->data);
    }
  }

  // Each number of guests as it changes, from the present one on.
  void watch(gnet::web::EventSender& events) {
    for (std::uint64_t seen = counts_.last() > 0 ? counts_.last() - 1 : 0;;) {
      for (const auto& count : counts_.wait(seen, gnet::Deadline::never())) {
        events.send({.data = count.text, .id = std::to_string(count.number)});
        seen = count.number;
      }
    }
  }

 private:
  // In the room for as long as it lives.
  struct Guest {
    Guest(Room& in, WebSocket& who) : room(in), socket(who) {
      room.guests_.insert(&socket);
      room.tell_count();
    }
    ~Guest() {
      room.guests_.erase(&socket);
      room.tell_count();
    }
    Room& room;
    WebSocket& socket;
  };

  void tell(std::string_view text) {
    for (WebSocket* const guest : guests_) {
      if (!guest->try_send(gnet::ws::Opcode::text, text)) guest->abort();
    }
  }
  void tell_count() { counts_.publish(std::to_string(guests_.size()) + " here"); }

  std::set<WebSocket*> guests_;
  gnet::web::Feed counts_{1};
};

}  // namespace

int main(int argc, char** argv) {
  Room room;
  gnet::web::App app;
  app.websocket("/chat", [&](WebSocket& socket) { room.join(socket); });
  app.events("/count", [&](gnet::web::EventSender& events) { room.watch(events); });
  auto& root = gnet::Service::instance();
  auto& server =
      root.add_factory("chat", std::make_unique<gnet::HTTPServerFactory>(
                                   argc > 1 ? argv[1] : "127.0.0.1:6013", std::move(app)));
  server.start();
  std::printf("listening on %s\n", server.local_endpoint().to_string().c_str());
  std::fflush(stdout);
  gnet::wait();  // until SIGINT or SIGTERM
}
