#include "gnet/io/stream_server.h"

#include <poll.h>

#include <exception>

#include "gnet/base/error.h"
#include "gnet/io/tls_error.h"
#include "gnet/io/tls_stream.h"

namespace gnet {
namespace {

// What a peer that goes away causes, which is its right.
bool is_end(const std::error_code& code) noexcept {
  return code == std::errc::broken_pipe || code == std::errc::connection_reset ||
         code == make_error_code(TLSErrc::truncated);
}

// That was this peer, and not another one that a handler talks to.
bool has_gone(AnyStream& stream) noexcept {
  if (!stream.is_open()) return true;
  Socket* const socket = stream.lowest_socket();
  if (socket == nullptr) return false;
  pollfd seen{socket->native_handle(), POLLRDHUP, 0};
  return ::poll(&seen, 1, 0) == 1 && seen.revents != 0;
}

// An endpoint may name its certificate itself.
StreamServerOptions with_tls_of(const ServerAddress<Listener>& address,
                                StreamServerOptions options) {
  const auto& endpoint = address.endpoint();
  if (endpoint) options.tls = TLSContext::server_for(*endpoint, options.tls);
  return options;
}

}  // namespace

class StreamServer::Connection final : public Task {
 public:
  Connection(StreamServer& server, AnyStream& stream) : Task(server), stream_(stream) {}

 private:
  void abort() noexcept override { stream_.abort(); }

  AnyStream& stream_;
};

StreamServer::StreamServer(ServerAddress<Listener> address, StreamServerOptions options,
                           SourceLocation where)
    : BaseServer(options.max_connections, options.pool, where),
      options_(with_tls_of(address, std::move(options))),
      source_(std::move(address)),
      acceptor_(*this, listener_, options_.accept) {
  if (!source_.endpoint()) listen();
}

void StreamServer::refuse_empty_handler() {
  throw Misuse("a server needs a handler");
}

Endpoint StreamServer::open() {
  listener_ = source_.open(options_.listen);
  const Endpoint& bound = listener_.local_endpoint();
  return options_.tls ? bound.with_tls() : bound;
}

// ---- connections ----

void StreamServer::serve(Accepted accepted) {
  run_task([this, accepted = std::move(accepted)]() mutable { run(std::move(accepted)); });
}

void StreamServer::run(Accepted accepted) {
  const Endpoint peer = accepted.peer.endpoint(Transport::tcp);
  AnyStream stream;
  try {
    stream = stream_of(std::move(accepted));
    const Connection connection(*this, stream);
    if (agree(stream, peer)) handler_(stream, peer);
  } catch (const std::exception& error) {
    const auto* failure = dynamic_cast<const std::system_error*>(&error);
    if (failure != nullptr && is_end(failure->code()) && has_gone(stream)) return;
    this_fiber::set_name("connection from " + peer.to_string());
    throw;
  }
}

AnyStream StreamServer::stream_of(Accepted accepted) const {
  Socket socket(std::move(accepted.fd), Socket::NonBlocking{});
  if (options_.no_delay && !accepted.peer.is_unix()) socket.set_no_delay(true);
  Stream stream(std::move(socket));
  if (!options_.tls) return stream;
  return TLSStream(std::move(stream), *options_.tls);
}

// The handshake, if there has to be one.
bool StreamServer::agree(AnyStream& stream, const Endpoint& peer) const {
  try {
    stream.handshake(Deadline::within(options_.handshake_timeout));
    return true;
  } catch (const std::system_error& error) {
    // Anybody can connect and say anything: nothing that somebody must look at.
    log().info("connection from {}: {}", peer.short_name(), error.what());
    return false;
  }
}

}  // namespace gnet
