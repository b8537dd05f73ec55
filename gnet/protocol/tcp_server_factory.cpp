#include "gnet/protocol/tcp_server_factory.h"

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kCapacity{"a connection to end, because the server is full"};

}  // namespace

TCPServerFactory::TCPServerFactory(Endpoint endpoint, ServerOptions options)
    : endpoint_(std::move(endpoint)), options_(std::move(options)) {}

TCPServerFactory::TCPServerFactory(Listener listener, ServerOptions options)
    : options_(std::move(options)), listener_(std::move(listener)) {}

TCPServerFactory::~TCPServerFactory() {
  if (detail::Scheduler::current_if_any() == nullptr) {
    // Its hub has ended, and with it the connections there; not those on other hubs.
    if (hubs() != nullptr) hubs()->stop();
    return;
  }
  const Uninterruptible wait_out;
  stop(Deadline(Duration::zero()));
}

std::unique_ptr<Protocol> TCPServerFactory::build_protocol() {
  if (!builder_) throw Misuse("a server factory needs a builder, or its own build_protocol()");
  return builder_();
}

void TCPServerFactory::listen() {
  if (listener_.is_open()) return;
  options_.tls = TLSContext::server_for(endpoint_.value(), options_.tls);
  listener_ = Listener(*endpoint_, options_.listen);
}

void TCPServerFactory::start() {
  listen();
  begin_connections();
  resume();
}

void TCPServerFactory::resume() {
  acceptor_.start("accept " + local_endpoint().to_string());
}

void TCPServerFactory::pause() {
  acceptor_.stop();
}

void TCPServerFactory::close_listener() {
  pause();
  listener_.close();
}

std::size_t TCPServerFactory::stop(Deadline grace) {
  close_listener();
  return end_connections(grace);
}

void TCPServerFactory::set_max_connections(std::size_t most) {
  options_.max_connections = most;
  ended_.notify_all();
}

const Endpoint& TCPServerFactory::local_endpoint() const {
  if (!listener_.is_open()) throw Misuse("the server does not listen yet");
  return listener_.local_endpoint();
}

bool TCPServerFactory::is_full() const noexcept {
  return options_.max_connections > 0 && active() >= options_.max_connections;
}

void TCPServerFactory::wait_for_room(Deadline deadline) {
  ended_.wait(kCapacity, this, deadline);
}

void TCPServerFactory::serve(Accepted accepted) {
  if (!admit(accepted.peer)) {
    count_refused();
    return;
  }
  const std::size_t hub = hubs() != nullptr ? hubs()->least_busy() : 0;
  auto connection = [this, slot = Slot(*this, accepted.peer, hub),
                     fd = std::move(accepted.fd)]() mutable { begin(slot, std::move(fd)); };
  if (hub == 0) {
    spawn(std::move(connection));
  } else {
    // A hub that ends drops this: the connection is closed, and its place is free again.
    hubs()->post(hub,
                 [connection = std::move(connection)]() mutable { spawn(std::move(connection)); });
  }
}

void TCPServerFactory::begin(const Slot& slot, UniqueFd fd) {
  std::unique_ptr<Protocol> protocol;
  try {
    protocol = build_protocol();
  } catch (const std::exception& error) {
    log().error("cannot serve a connection: {}", error.what());
    return;
  }
  Socket socket(std::move(fd), Socket::NonBlocking{});
  if (!slot.peer().is_unix()) {
    if (options_.no_delay) socket.set_no_delay(true);
    if (options_.keep_alive > Duration::zero()) socket.set_keep_alive(options_.keep_alive);
  }
  auto tls = options_.tls ? std::make_unique<TLSSession>(socket, *options_.tls) : nullptr;
  run_connection(slot, *protocol, std::move(socket), slot.peer(), std::move(tls));
}

}  // namespace gnet
