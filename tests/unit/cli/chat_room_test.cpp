#include "commands/chat_room.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/hub.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/io/connect.h"
#include "gnet/sync/group.h"
#include "gnet/ws/web_socket_server.h"

BOOST_AUTO_TEST_SUITE(chat_room)

using commands::ChatRoom;
using gnet::http::Request;
using gnet::http::Response;
using gnet::ws::WebSocket;
using namespace std::chrono_literals;

namespace {

// A server on so many threads, each of whose WebSockets is in the room.
class Server {
 public:
  explicit Server(unsigned threads)
      : factory_(gnet::Endpoint::parse("tcp://127.0.0.1:0"),
                 [this](Request& request, Response& response) {
                   gnet::ws::serve(request, response, [this](WebSocket& socket) {
                     const ChatRoom::Place place(room_, socket);
                     while (const auto message = socket.receive()) {
                       room_.say(message->data, &socket);
                     }
                   });
                 }) {
    factory_.set_threads(threads);
    factory_.start();
  }

  WebSocket join() {
    gnet::Stream stream = gnet::connect_stream(factory_.local_endpoint());
    stream.send_all(
        "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    std::string head;
    for (char c = 0; !head.ends_with("\r\n\r\n") && stream.receive(&c, 1, 20s) == 1;) head += c;
    BOOST_REQUIRE(head.starts_with("HTTP/1.1 101 "));
    return WebSocket(gnet::AnyStream(std::move(stream)), gnet::ws::Role::client);
  }

 private:
  ChatRoom room_;
  gnet::HTTPServerFactory factory_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(all_others_hear_what_one_says_on_whatever_thread) {
  for (const unsigned threads : {1U, 2U}) {
    Server server(threads);
    std::vector<WebSocket> sockets;
    for (int i = 0; i < 4; ++i) sockets.push_back(server.join());
    gnet::Group listeners;
    std::size_t heard = 0;
    for (std::size_t i = 1; i < sockets.size(); ++i) {
      listeners.spawn([&, i] {
        const auto message = sockets[i].receive();
        if (message && message->data == "hello") ++heard;
      });
    }
    // Some may not be in the room yet.
    while (listeners.size() > 0) {
      sockets[0].send("hello");
      gnet::sleep(1ms);
    }
    BOOST_TEST(heard == 3U);
    sockets[0].close();
    BOOST_TEST(!sockets[0].receive().has_value());  // and never itself
    sockets.clear();
  }
}

BOOST_AUTO_TEST_CASE(who_has_left_hears_nothing) {
  Server server(1);
  WebSocket first = server.join();
  {
    WebSocket second = server.join();
    second.close();
  }
  for (int i = 0; i < 10; ++i) first.send("anybody?");
  first.close();
  BOOST_TEST((first.closed()->code == gnet::ws::kNormal));
}

BOOST_AUTO_TEST_SUITE_END()
