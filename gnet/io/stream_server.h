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
// For callbacks, and for several threads, see TCPServerFactory.
//
// Threads: a StreamServer belongs to the hub on which it was made.

#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "gnet/base/unique_function.h"
#include "gnet/io/acceptor.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/base_server.h"
#include "gnet/io/server_address.h"
#include "gnet/io/tls_context.h"

namespace gnet {

struct StreamServerOptions {
  ListenOptions listen = {};
  std::size_t max_connections = 0;               // alive at once; 0: no limit but the pool's
  Pool* pool = nullptr;                          // where connections run, shared with others
  std::optional<TLSContext> tls = std::nullopt;  // a server's: connections are secured by it
  Duration handshake_timeout = std::chrono::seconds(10);  // of TLS; 0: none
  bool no_delay = true;                                   // TCP_NODELAY
  AcceptOptions accept = {};
};

class StreamServer : public BaseServer, private Acceptor::Owner {
 public:
  using Handler = UniqueFunction<void(AnyStream& stream, const Endpoint& peer)>;

  // `handler` is called with (AnyStream&, const Endpoint& peer), or with the stream alone. Throws
  // BadEndpoint for what is no address, or one of TLS without a certificate; TLSError or
  // SystemError for one that cannot be used; Misuse for an empty handler.
  template <typename F>
  requires std::invocable<F&, AnyStream&, const Endpoint&> || std::invocable<F&, AnyStream&>
  StreamServer(ServerAddress<Listener> address, F handler, StreamServerOptions options = {},
               SourceLocation where = SourceLocation::current())
      : StreamServer(std::move(address), std::move(options), where) {
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

  // Stops without grace, and suspends until the connections have ended.
  ~StreamServer() override { end(); }

 private:
  class Connection;

  StreamServer(ServerAddress<Listener> address, StreamServerOptions options, SourceLocation where);
  [[noreturn]] static void refuse_empty_handler();

  // ---- as a BaseServer ----
  Endpoint open() override;
  void shut() noexcept override { listener_.close(); }
  [[nodiscard]] bool is_open() const noexcept override { return listener_.is_open(); }
  void take(std::string address) override { acceptor_.start("accept " + address, made_at()); }
  void rest() override { acceptor_.stop(); }
  [[nodiscard]] bool is_taking() const noexcept override { return acceptor_.running(); }

  // ---- for the Acceptor ----
  [[nodiscard]] bool is_full() const noexcept override { return full(); }
  void wait_for_room(Deadline deadline) override { wait_for_end(deadline); }
  void serve(Accepted accepted) override;
  void accepting_failed(const std::system_error&) noexcept override { failed(); }
  [[nodiscard]] const Logger& accept_log() override { return log(); }

  void run(Accepted accepted);
  [[nodiscard]] AnyStream stream_of(Accepted accepted) const;
  [[nodiscard]] bool agree(AnyStream& stream, const Endpoint& peer) const;

  Handler handler_;
  const StreamServerOptions options_;
  ServerAddress<Listener> source_;
  Listener listener_;
  Acceptor acceptor_;
};

}  // namespace gnet
