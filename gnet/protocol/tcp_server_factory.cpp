#include "gnet/protocol/tcp_server_factory.h"

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/sync/pool.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kAcceptRoom{"a connection to end"};

}  // namespace

TCPServerFactory::TCPServerFactory(ServerAddress<Listener> address, TCPServerOptions options,
                                   SourceLocation where)
    : source_(std::move(address)),
      options_(std::move(options)),
      where_(where),
      acceptor_(*this, listener_, options_.accept) {
  if (const auto& endpoint = source_.endpoint()) {
    options_.tls = TLSContext::server_for(*endpoint, options_.tls);
  }
  set_limit(options_.limit ? options_.limit
                           : std::make_shared<ConnectionLimit>(options_.max_connections));
  if (!source_.endpoint()) listen();
}

void TCPServerFactory::announce(const std::vector<std::string>& protocols) {
  if (options_.tls) options_.tls->announce(protocols);
}

TCPServerFactory::~TCPServerFactory() {
  end();
}

void TCPServerFactory::end() noexcept {
  if (Hub::current_if_any() == nullptr) {
    // Its hub has ended, and with it the connections there; not those on other hubs.
    if (hubs() != nullptr) hubs()->stop();
    return;
  }
  const Uninterruptible wait_out;
  close();
  end_all_connections();
}

std::unique_ptr<Protocol> TCPServerFactory::build_protocol(const SocketAddress& peer) {
  return builder_ ? builder_(peer) : build_protocol();
}

std::unique_ptr<Protocol> TCPServerFactory::build_protocol() {
  throw Misuse("a server factory needs a builder, or its own build_protocol()");
}

std::unique_ptr<Connection> TCPServerFactory::build_connection(const SocketAddress& peer) {
  if (auto connection = build_connection()) return connection;
  return build_protocol(peer);
}

std::unique_ptr<Connection> TCPServerFactory::build_connection() {
  return nullptr;
}

void TCPServerFactory::spread_over(std::shared_ptr<HubGroup> hubs) {
  if (options_.pool != nullptr && hubs && hubs->size() > 1) {
    throw Misuse("the connections of a server with a Pool live on the Pool's hub");
  }
  ConnectionFactory::spread_over(std::move(hubs));
}

Endpoint TCPServerFactory::open() {
  listener_ = source_.open(options_.listen);
  if (options_.no_delay) listener_.socket().set_no_delay(true);  // connections inherit it
  const Endpoint& bound = listener_.local_endpoint();
  return options_.tls ? bound.with_tls() : bound;
}

// ---- connections ----

bool TCPServerFactory::full() const noexcept {
  return limit()->full() || (options_.pool != nullptr && options_.pool->full());
}

void TCPServerFactory::wait_for_room(Deadline deadline) {
  if (options_.pool != nullptr && options_.pool->full()) {
    options_.pool->wait_available(deadline);
  } else if (limit()->full()) {
    limit()->wait_for_change(deadline);
  } else {
    ended_.wait(kAcceptRoom, this, deadline);
  }
}

void TCPServerFactory::serve(Accepted accepted) {
  if (!admit(accepted.peer)) {
    count_refused();
    return;
  }
  const std::size_t hub = hubs() != nullptr ? hubs()->least_busy() : 0;
  auto connection = [this, slot = Slot(*this, accepted.peer, hub),
                     fd = std::move(accepted.fd)]() mutable { begin(slot, std::move(fd)); };
  if (options_.pool != nullptr) {
    options_.pool->spawn(std::move(connection), where_);
  } else if (hub == 0) {
    spawn(std::move(connection), where_);
  } else {
    // A hub that ends drops this: the connection is closed, and its place is free again.
    hubs()->post(hub, [connection = std::move(connection), where = where_]() mutable {
      spawn(std::move(connection), where);
    });
  }
}

void TCPServerFactory::begin(const Slot& slot, UniqueFd fd) {
  std::unique_ptr<Connection> connection;
  try {
    connection = build_connection(slot.peer());
    if (!connection) throw Misuse("the builder has returned nothing");
  } catch (const std::exception& error) {
    log().error("cannot serve a connection: {}", describe(error));
    return;
  }
  const bool is_unix = slot.peer().is_unix();  // one that may keep messages apart
  Socket socket = is_unix ? Socket(std::move(fd)) : Socket(std::move(fd), Socket::NonBlocking{});
  if (!is_unix) {
    if (options_.keep_alive > Duration::zero()) socket.set_keep_alive(options_.keep_alive);
  }
  if (options_.handshake_timeout) connection->handshake_timeout = *options_.handshake_timeout;
  auto tls = options_.tls ? std::make_unique<TLSSession>(socket, *options_.tls) : nullptr;
  run_connection(slot, *connection, std::move(socket), slot.peer(), std::move(tls),
                 options_.introduce ? &options_.introduce : nullptr);
}

}  // namespace gnet
