// A server whose connections are calls of a function, each in a fiber of its own.
//
//   gnet::StreamServer server({"127.0.0.1", 5000}, [](gnet::AnyStream& stream) {
//     stream.send_all("Hello from a telnet!\n");
//   });
//   server.serve_forever();
//
// A connection is closed when the function returns or throws. What it throws is reported as an
// error that nobody handled, and hurts nobody else; that its peer has gone is no error. When as
// many connections are alive as may be, others wait in the kernel's backlog.
//
// With a TLSContext the function gets connections that are secured. The handshake takes place
// in the connection's own fiber, so that a peer that is slow at it holds up nobody.
//
// It is a TCPServerFactory. serve_forever() knows nothing of signals: those that are to stop it
// stop the Service of the process, which can own a server of any kind:
//
//   auto& root = gnet::Service::instance();
//   root.add_factory("hello", std::make_unique<gnet::StreamServer>(5000, hello)).start();
//   gnet::wait();   // until SIGINT or SIGTERM, and connections have had their grace
//
// With several threads the function is called on all of them, and what it shares has to bear that.
//
// Threads: a StreamServer belongs to the hub on which it was made.

#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "gnet/protocol/stream_connection.h"
#include "gnet/protocol/tcp_server_factory.h"

namespace gnet {

class StreamServer : public TCPServerFactory {
 public:
  using Handler = StreamConnection::Handler;

  // `handler` is called with (AnyStream&, const Endpoint& peer), or with the stream alone. Throws
  // as TCPServerFactory, and Misuse for an empty handler.
  template <typename F>
  requires std::invocable<F&, AnyStream&, const Endpoint&> || std::invocable<F&, AnyStream&>
  StreamServer(ServerAddress<Listener> address, F handler, TCPServerOptions options = {},
               SourceLocation where = SourceLocation::current())
      : TCPServerFactory(std::move(address), std::move(options), where) {
    if constexpr (std::is_pointer_v<F> || requires { handler.operator bool(); }) {
      if (!handler) refuse_empty_handler();
    }
    if constexpr (std::invocable<F&, AnyStream&, const Endpoint&>) {
      handler_ = std::move(handler);
    } else {
      handler_ = [handler = std::move(handler)](AnyStream& stream, const Endpoint&) mutable {
        handler(stream);
      };
    }
  }

  ~StreamServer() override { end(); }

  std::unique_ptr<Connection> build_connection() override {
    return std::make_unique<StreamConnection>(handler_);
  }

 private:
  [[noreturn]] static void refuse_empty_handler();

  Handler handler_;
};

}  // namespace gnet
