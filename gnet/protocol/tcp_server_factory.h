// A server of connections: TCP, or a unix stream socket.
//
//   struct Echo : gnet::Protocol {
//     void data_received(std::string_view data) override { send_data(data); }
//   };
//   auto server = gnet::TCPServerFactory::of<Echo>("127.0.0.1:6011");
//   server->start();
//
// Connections above max_connections wait in the kernel's backlog; so they do while
// the process has no descriptors left.
//
// With set_threads() or set_hubs() connections live on several threads: the server's
// own hub accepts, and gives each connection to the hub that has the fewest, itself
// first. So all limits are exact, and a lone connection costs no more than before.
//
//   server->set_threads(4);   // this one and three more; before start()
//
// Threads: as its hub. With several hubs, build_protocol() (the builder, that is),
// connection_started() and connection_ended() are called on the hub where the
// connection lives, on several at the same time: what they share has to bear that.
// A class that overrides them calls stop() in its own destructor. admit() and
// connection_gone() stay on the server's hub.

#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "gnet/base/function.h"
#include "gnet/io/acceptor.h"
#include "gnet/io/listener.h"
#include "gnet/protocol/connection_factory.h"

namespace gnet {

struct ServerOptions {
  ListenOptions listen = {};
  std::size_t max_connections = 10'000;  // alive at once; 0: no limit
  bool no_delay = true;                  // TCP_NODELAY
  Duration keep_alive{};                 // idle time before TCP keep-alive probes; 0: none

  // A server's: connections are secured by it. An endpoint tls://… may do without, if it names a
  // certificate (?cert=…).
  std::optional<TLSContext> tls = std::nullopt;
};

class TCPServerFactory : public ConnectionFactory, private Acceptor::Owner {
 public:
  using Builder = std::function<std::unique_ptr<Protocol>()>;

  explicit TCPServerFactory(Endpoint endpoint, ServerOptions options = {});

  // Serves a listener that exists: of systemd, or shared with another hub.
  explicit TCPServerFactory(Listener listener, ServerOptions options = {});

  // Stops without grace, and suspends until the connections have ended.
  ~TCPServerFactory() override;

  // A server whose connections are P(args...).
  template <typename P, typename... Args>
  static std::unique_ptr<TCPServerFactory> of(Endpoint endpoint, Args... args) {
    auto factory = std::make_unique<TCPServerFactory>(std::move(endpoint));
    factory->set_builder([args...] { return std::make_unique<P>(args...); });
    return factory;
  }

  void set_builder(Builder builder) { builder_ = std::move(builder); }

  // Has connections live on all hubs of a group, of which this is hub 0, and which
  // several servers may share. Throws Misuse once there are connections.
  void set_hubs(std::shared_ptr<HubGroup> hubs) { spread_over(std::move(hubs)); }

  // As above, with a group of its own; 1 is the server's own hub alone.
  void set_threads(std::size_t threads) { set_hubs(std::make_shared<HubGroup>(threads)); }

  // ---- to override ----

  // The Protocol of a new connection, on whose hub it is called; the builder's by
  // default. What it throws is logged, and the connection closed.
  virtual std::unique_ptr<Protocol> build_protocol();

  // Whether to serve this peer; false closes the connection.
  virtual bool admit(const SocketAddress& peer) {
    static_cast<void>(peer);
    return true;
  }

  // ---- life ----

  void listen() override;
  void start() override;
  // Not to be called by one of its own connections, which it would wait for.
  std::size_t stop(Deadline grace) override;
  [[nodiscard]] bool running() const noexcept override { return acceptor_.running(); }

  // Stops accepting, and takes it up again; connections wait in the backlog.
  void pause();
  void resume();

  // Another limit for connections alive at once; those above it live on.
  void set_max_connections(std::size_t most);

  // Closes the listener; connections live on.
  void close_listener();
  void stop_accepting() override { close_listener(); }

  // What it listens on, with the port that the kernel chose. Throws Misuse before
  // listen().
  [[nodiscard]] const Endpoint& local_endpoint() const;
  [[nodiscard]] Listener& listener() noexcept { return listener_; }

 private:
  [[nodiscard]] bool is_full() const noexcept override;
  void wait_for_room(Deadline deadline) override;
  void serve(Accepted accepted) override;
  void accepting_failed(const std::system_error&) noexcept override {}
  [[nodiscard]] const Logger& accept_log() override { return log(); }

  void begin(const Slot& slot, UniqueFd fd);

  std::optional<Endpoint> endpoint_;
  ServerOptions options_;
  Builder builder_;
  Listener listener_;
  Acceptor acceptor_{*this, listener_};
};

}  // namespace gnet
