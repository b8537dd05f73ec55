// Every suspension point of gnet/io and gnet/os, interrupted in every way. A new one is
// one more row in points().

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gnet/io/connect.h"
#include "gnet/io/datagram.h"
#include "gnet/io/listener.h"
#include "gnet/io/lookup.h"
#include "gnet/io/resolver.h"
#include "gnet/io/stream.h"
#include "gnet/os/signal.h"
#include "gnet/protocol/datagram_server.h"
#include "gnet/protocol/stream_server.h"
#include "gnet/sync/event.h"
#include "tests/unit/interrupts.h"

BOOST_AUTO_TEST_SUITE(io_interrupts)

using namespace test;
using gnet::Endpoint;

namespace {

// Both ends of a connection.
struct Pair {
  Pair() {
    int ends[2];
    BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    here = gnet::Socket(gnet::UniqueFd(ends[0]));
    there = gnet::Socket(gnet::UniqueFd(ends[1]));
  }
  gnet::Socket here;
  gnet::Socket there;
};

template <typename Receive>
std::function<Scene()> receive_scene(Receive receive) {
  return [receive]() -> Scene {
    auto pair = std::make_shared<Pair>();
    return {[=] { receive(pair->here); }, [=] { pair->there.send_all("1"); },
            [=](bool woken, bool returned) {
              pair->there.send_all("2");
              pair->there.shutdown_send();
              std::string left;
              char byte;
              while (pair->here.receive(&byte, 1, 30s) == 1) left += byte;
              return left == (woken && !returned ? "12" : "2");
            }};
  };
}

template <typename Wait>
std::function<Scene()> readable_scene(Wait wait) {
  return [wait]() -> Scene {
    auto pair = std::make_shared<Pair>();
    return {[=] { wait(pair->here); }, [=] { pair->there.send_all("1"); },
            [=](bool woken, bool) {
              if (!woken) pair->there.send_all("1");
              char bytes[2];
              return pair->here.receive(bytes, sizeof bytes, 30s) == 1;
            }};
  };
}

// A socket whose peer has not read for long.
template <typename Send>
std::function<Scene()> send_scene(Send send) {
  return [send]() -> Scene {
    auto pair = std::make_shared<Pair>();
    auto sent = std::make_shared<std::size_t>(0);
    const std::string block(64 * 1024, 'x');
    while (const std::size_t more = pair->here.try_send(block)) *sent += more;
    auto drain = [=] {
      std::string buffer(1024 * 1024, '\0');
      while (const auto count = pair->there.try_receive(buffer.data(), buffer.size()))
        *sent -= *count;
    };
    return {[=] { *sent += send(pair->here); }, drain,
            [=](bool, bool) {
              drain();
              if (!pair->here.wait_writable(30s)) return false;
              *sent += pair->here.try_send("end");
              drain();
              return *sent == 0;
            }};
  };
}

template <typename Accept>
std::function<Scene()> accept_scene(Accept accept) {
  return [accept]() -> Scene {
    auto listener = std::make_shared<gnet::Listener>(Endpoint::parse("127.0.0.1:0"));
    auto clients = std::make_shared<std::vector<gnet::Stream>>();
    auto connect = [=] { clients->push_back(gnet::connect_stream(listener->local_endpoint())); };
    return {[=] { accept(*listener); }, connect,
            [=](bool woken, bool returned) {
              if (woken && !returned && !listener->accept().fd) return false;
              connect();
              return static_cast<bool>(listener->accept().fd);
            }};
  };
}

// A server whose one handler is at work until it is told to end.
struct BusyServer {
  BusyServer() {
    server.start();
    client = gnet::connect_stream(server.local_endpoint());
    while (!busy) gnet::yield();
  }
  bool serves() {
    server.start();
    busy = false;
    gnet::Stream next = gnet::connect_stream(server.local_endpoint());
    while (!busy) gnet::yield();
    go.set();
    char byte;
    return next.receive(&byte, 1, 30s) == 0;
  }
  bool busy = false;
  gnet::Event go;
  gnet::StreamServer server{"127.0.0.1:0", [this](gnet::AnyStream&) {
                              busy = true;
                              go.wait();
                            }};
  gnet::Stream client;
};

// Interrupted or not, the server can be used again.
template <typename Suspend>
std::function<Scene()> server_scene(Suspend suspend) {
  return [suspend]() -> Scene {
    auto busy = std::make_shared<BusyServer>();
    return {[=] { suspend(busy->server); },
            [=] {
              busy->go.set();
              busy->server.close();
            },
            [=](bool, bool) { return busy->serves(); }};
  };
}

std::vector<Point> points() {
  using gnet::Socket;
  return {
      {"Socket::receive", receive_scene([](Socket& socket) {
         char byte;
         socket.receive(&byte, 1);
       })},
      {"Socket::receive, deadline", receive_scene([](Socket& socket) {
         char byte;
         socket.receive(&byte, 1, 30s);
       })},
      {"Socket::wait_readable", readable_scene([](Socket& socket) { socket.wait_readable(); })},
      {"Socket::wait_readable, deadline",
       readable_scene([](Socket& socket) { socket.wait_readable(30s); })},
      {"Socket::send_some", send_scene([](Socket& socket) { return socket.send_some("y"); })},
      {"Socket::send_some, deadline",
       send_scene([](Socket& socket) { return socket.send_some("y", 30s); })},
      {"Socket::wait_writable", send_scene([](Socket& socket) {
         socket.wait_writable();
         return std::size_t{0};
       })},
      {"Listener::accept", accept_scene([](gnet::Listener& listener) { listener.accept(); })},
      {"Listener::wait", accept_scene([](gnet::Listener& listener) { listener.wait(); })},
      {"StreamServer::stop",
       server_scene([](gnet::StreamServer& server) { server.stop(gnet::Deadline::never()); })},
      {"StreamServer::serve_forever",
       server_scene([](gnet::StreamServer& server) { server.serve_forever(0s); })},
      {"DatagramServer::serve_forever",
       [] {
         auto server = std::make_shared<gnet::DatagramServer>(
             "127.0.0.1:0", [](std::string_view, const gnet::SocketAddress&) {});
         return Scene{[=] { server->serve_forever(); }, [=] { server->close(); },
                      [=](bool, bool) {
                        server->start();
                        auto client = gnet::DatagramSocket::connect(server->local_endpoint());
                        client.send("x");
                        while (server->datagram_counters().received == 0) gnet::yield();
                        return server->stop(30s) == 0;
                      }};
       }},
      {"resolve",
       [] {
         // Memory of a thread that is inside getaddrinfo() when the process ends would be a leak.
         return Scene{[] { static_cast<void>(gnet::resolve("localhost")); }, nullptr,
                      [](bool, bool) {
                        while (gnet::detail::pending_lookups() > 0) gnet::sleep(1ms);
                        return true;
                      }};
       }},
      {"wait_signal",
       [] {
         auto signals = std::make_shared<gnet::Signals>(std::initializer_list<int>{SIGUSR2});
         return Scene{[=] { signals->wait(); }, [] { kill(getpid(), SIGUSR2); },
                      [=](bool woken, bool returned) {
                        if (!woken || returned) kill(getpid(), SIGUSR2);
                        return signals->wait(30s) == SIGUSR2;
                      }};
       }},
  };
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(while_a_fiber_waits) {
  try_every_blow(points(), When::while_it_waits);
}

BOOST_AUTO_TEST_CASE(after_a_fiber_was_woken_and_before_it_runs) {
  try_every_blow(points(), When::after_it_was_woken);
}

// A full backlog: SYNs are dropped, so that connect() waits.
BOOST_AUTO_TEST_CASE(connect_leaves_no_descriptor_behind) {
  gnet::Listener full(Endpoint::parse("127.0.0.1:0"), {.backlog = 0});
  const gnet::Stream first = gnet::connect_stream(full.local_endpoint());
  const std::size_t before = open_descriptors();
  const Point point{"connect", [&] {
                      return Scene{
                          [&] { static_cast<void>(gnet::connect_stream(full.local_endpoint())); },
                          nullptr, always};
                    }};
  try_every_blow({point}, When::while_it_waits);
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_SUITE_END()
