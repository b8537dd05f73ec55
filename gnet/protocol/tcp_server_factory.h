// A server of connections: TCP, or a unix stream socket, secured by TLS or not.
//
//   struct Echo : gnet::Protocol {
//     void data_received(std::string_view data) override { send_data(data); }
//   };
//   auto server = gnet::TCPServerFactory::of<Echo>("127.0.0.1:6011");
//   server->start();
//
//   server->pause(), server->resume();   // what comes meanwhile waits in the kernel
//   server->stop(5s);                    // closes; connections have five seconds to end
//
// Connections above max_connections wait in the kernel's backlog; so they do while
// the process has no descriptors left.
//
// With set_threads() or spread_over() connections live on several threads: the server's
// own hub accepts, and gives each connection to the hub that has the fewest, itself
// first. So all limits are exact, and a lone connection costs no more than before.
//
//   server->set_threads(4);   // this one and three more; before start()
//
// StreamServer is one whose connections are calls of a function. With callbacks or functions, it
// is the same engine: what is said here holds for both.
//
// Threads: as its hub. With several hubs, build_connection() (the builder, that is),
// connection_started(), connection_closing() and connection_ended() are called on the hub where
// the connection lives, on several at the same time: what they share has to bear that.
// A class that overrides them calls end() in its own destructor. admit() and
// connection_gone() stay on the server's hub.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gnet/base/function.h"
#include "gnet/base/source_location.h"
#include "gnet/io/listener.h"
#include "gnet/io/tls_context.h"
#include "gnet/protocol/acceptor.h"
#include "gnet/protocol/base_server.h"
#include "gnet/protocol/connection_factory.h"
#include "gnet/protocol/protocol.h"
#include "gnet/protocol/protocol_builder.h"
#include "gnet/protocol/server_address.h"

namespace gnet {

class Pool;

struct TCPServerOptions {
  ListenOptions listen = {};

  // Alive at once; 0: no limit. Servers that are given one `limit` share it, and it alone counts.
  std::size_t max_connections = 10'000;
  std::shared_ptr<ConnectionLimit> limit = nullptr;

  // Where the fibers of connections run, shared with others: a full one pauses accepting. Not
  // with several hubs.
  Pool* pool = nullptr;

  // A server's: connections are secured by it. An endpoint tls://… may do without, if it names a
  // certificate (?cert=…).
  std::optional<TLSContext> tls = std::nullopt;
  std::optional<TimeSpan> handshake_timeout = std::nullopt;  // instead of the connection's own

  // Says whom a connection is with, before TLS and all else: the header of the PROXY protocol, for
  // instance. Called in the fiber of the connection, on its hub; admit() and the builder know the
  // peer of the socket only.
  Introduce introduce = nullptr;

  bool no_delay = true;   // TCP_NODELAY
  TimeSpan keep_alive{};  // idle time before TCP keep-alive probes; 0: none
  AcceptOptions accept = {};
};

class TCPServerFactory : public BaseServer<ConnectionFactory>, private Acceptor::Owner {
 public:
  using Builder = std::function<std::unique_ptr<Protocol>(const SocketAddress& peer)>;

  // Throws BadEndpoint for what is no address of streams, or one of TLS without a certificate;
  // TLSError or SystemError for a certificate that cannot be used. A Listener that is given (of
  // systemd, or shared with another hub) serves until it is closed, and no longer.
  explicit TCPServerFactory(ServerAddress<Listener> address, TCPServerOptions options = {},
                            SourceLocation where = SourceLocation::current());

  // Stops without grace, and suspends until the connections have ended, however long that takes.
  // By one of its own connections that is misuse, which ends the program.
  ~TCPServerFactory() override;

  // A server whose connections are P(args...); with options, too:
  //
  //   auto server = TCPServerFactory::of<Echo>("*:6011", {.max_connections = 100}, args...);
  template <typename P, typename... Args>
  static std::unique_ptr<TCPServerFactory> of(ServerAddress<Listener> address, Args... args) {
    return of<P>(std::move(address), TCPServerOptions(), std::move(args)...);
  }
  template <typename P, typename... Args>
  static std::unique_ptr<TCPServerFactory> of(ServerAddress<Listener> address,
                                              TCPServerOptions options, Args... args) {
    auto factory = std::make_unique<TCPServerFactory>(std::move(address), std::move(options));
    factory->set_builder([args...] { return std::make_unique<P>(args...); });
    return factory;
  }

  // What makes the Protocol of a new connection: called with its peer, or with nothing.
  template <typename F>
  requires detail::ProtocolBuilder<F>
  void set_builder(F builder) { builder_ = detail::protocol_builder(std::move(builder)); }

  // As spread_over(), with a group of its own; 1 is the server's own hub alone.
  void set_threads(std::size_t threads) { spread_over(std::make_shared<HubGroup>(threads)); }
  void spread_over(std::shared_ptr<HubGroup> hubs) override;

  // ---- to override ----

  // The Protocol of a new connection, on whose hub it is called: the first of them by default asks
  // the builder, or else the second. Null refuses the connection, and so does what it throws; both
  // are logged as the factory's fault.
  virtual std::unique_ptr<Protocol> build_protocol(const SocketAddress& peer);
  virtual std::unique_ptr<Protocol> build_protocol();

  // As above, for connections that are something else. Null, as they are by default, asks
  // build_protocol().
  virtual std::unique_ptr<Connection> build_connection(const SocketAddress& peer);
  virtual std::unique_ptr<Connection> build_connection();

  // Whether to serve this peer; false closes the connection. Must not suspend.
  virtual bool admit(const SocketAddress& peer) {
    static_cast<void>(peer);
    return true;
  }

  // ---- facts ----

  // Whether what comes has to wait.
  [[nodiscard]] bool full() const noexcept;

  [[nodiscard]] Listener& listener() noexcept { return listener_; }

  // Another limit for connections alive at once, of all servers that share it; those above it live
  // on.
  void set_max_connections(std::size_t most) { limit()->set_most(most); }

 protected:
  // For the destructors of classes that override what is called while connections live: stops
  // without grace, and suspends until all of them have ended.
  void end() noexcept;

  // As TLSContext::announce(), where connections are secured.
  void announce(const std::vector<std::string>& protocols);

 private:
  // ---- as a BaseServer ----
  Endpoint open() override;
  void shut() noexcept override { listener_.close(); }
  [[nodiscard]] bool is_open() const noexcept override { return listener_.is_open(); }
  void take(std::string address) override { acceptor_.start("accept " + address, where_); }
  void rest() override { acceptor_.stop(); }
  [[nodiscard]] bool is_taking() const noexcept override { return acceptor_.running(); }
  void begin_work() override { begin_connections(); }
  std::size_t end_work(Deadline grace) override { return end_connections(grace); }

  // ---- for the Acceptor ----
  [[nodiscard]] bool is_full() const noexcept override { return full(); }
  void wait_for_room(Deadline deadline) override;
  void serve(Accepted accepted) override;
  void accepting_failed(const std::system_error&) noexcept override { socket_closed(); }
  [[nodiscard]] const Logger& accept_log() override { return log(); }

  void begin(const Slot& slot, UniqueFd fd);

  ServerAddress<Listener> source_;
  TCPServerOptions options_;
  const SourceLocation where_;
  Builder builder_;
  Listener listener_;
  Acceptor acceptor_;
};

}  // namespace gnet
