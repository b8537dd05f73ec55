#include "commands/connect_listener.h"

#include <fmt/format.h>
#include <unistd.h>

#include <mutex>
#include <utility>

#include "cli/client/run_client.h"
#include "cli/line/family.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "cli/server/inherited_sockets.h"
#include "cli/server/tls_options.h"
#include "commands/connect_client.h"
#include "gnet/base/error.h"
#include "gnet/io/certificate.h"
#include "gnet/io/resolver.h"
#include "gnet/link/open.h"
#include "gnet/protocol/tcp_server_factory.h"

namespace commands {
namespace {

using gnet::Endpoint;
using gnet::Transport;

constexpr gnet::Duration kIdleSession = std::chrono::seconds(60);

Endpoint listening_endpoint(const ConnectOptions& options) {
  Endpoint endpoint = connect_target(options).endpoint;
  try {
    endpoint.check_listens();
    endpoint =
        cli::with_family(endpoint, cli::wanted_family(options.to.only_v4, options.to.only_v6));
  } catch (const gnet::BadEndpoint& error) {
    throw cli::UsageError(error.what());
  }
  if (options.to.tls) {
    if (!endpoint.has_connections() || endpoint.transport() == Transport::unix_seqpacket) {
      throw cli::UsageError(fmt::format("--tls does not go with {}", endpoint.to_string()));
    }
    endpoint = endpoint.with_tls();
  }
  if (!endpoint.is_tls() && cli::need_tls(options.to)) {
    throw cli::UsageError("options of TLS need --tls or an endpoint with the scheme tls");
  }
  return endpoint.with_listen();
}

// Without a certificate it is a new one, which the other side is told to believe.
std::optional<gnet::TLSContext> context_for(const ConnectOptions& options,
                                            const Endpoint& endpoint) {
  if (!endpoint.is_tls()) return std::nullopt;
  cli::ServerTLSOptions tls;
  tls.tls = true;
  tls.tls_cert = options.to.cert;
  tls.tls_key = options.to.key;
  tls.tls_client_ca = options.to.cacert;
  tls.tls_min = options.to.tls_min;
  tls.alpn = options.to.alpn;
  const cli::TLSFiles files(endpoint);
  if (!files.empty()) return cli::server_context(tls, files);
  auto context = cli::server_context(tls, std::vector<std::string>{endpoint.host()});
  if (tls.tls_cert.empty() && options.quiet.times == 0) {
    cli::write_all(STDERR_FILENO,
                   fmt::format("certificate with the pin {}\n", context.certificate().pin()));
  }
  return context;
}

gnet::UniqueFd inherited(const Endpoint& endpoint) {
  for (cli::InheritedSocket& socket : cli::take_inherited_sockets()) {
    if (endpoint.argument().empty() || socket.name == endpoint.argument()) {
      return std::move(socket.fd);
    }
  }
  throw cli::Failure(cli::Exit::listen,
                     fmt::format("cannot listen on {}: no supervisor has passed such a socket",
                                 endpoint.to_string()),
                     {}, endpoint.to_string());
}

[[noreturn]] void fail_to_listen(const std::system_error& error, const Endpoint& endpoint) {
  const bool no_address = dynamic_cast<const gnet::ResolveError*>(&error) != nullptr;
  throw cli::Failure(no_address ? cli::Exit::resolve : cli::Exit::listen, gnet::describe(error), {},
                     endpoint.to_string(), error.code());
}

}  // namespace

class ConnectListener::Streams : public gnet::TCPServerFactory {
 public:
  Streams(gnet::ServerAddress<gnet::Listener> where, gnet::TCPServerOptions library,
          ConnectListener& owner)
      : TCPServerFactory(std::move(where), std::move(library)), owner_(owner) {}
  ~Streams() override { end(); }

  std::unique_ptr<gnet::Connection> build_connection() override {
    return gnet::link::peer_connection(owner_.endpoint_, owner_.handler_, owner_.peer_options_);
  }
  bool admit(const gnet::SocketAddress&) override { return owner_.admit(); }

 private:
  ConnectListener& owner_;
};

class ConnectListener::Datagrams : public gnet::link::DatagramPeers {
 public:
  Datagrams(const Endpoint& endpoint, ConnectListener& owner)
      : DatagramPeers(endpoint, owner.handler_, endpoint.idle().value_or(kIdleSession)),
        owner_(owner) {}
  ~Datagrams() override { end(); }

 private:
  bool admit(const gnet::SocketAddress&) override { return owner_.admit(); }

  ConnectListener& owner_;
};

ConnectListener::ConnectListener(const ConnectOptions& options)
    : options_(options),
      endpoint_(listening_endpoint(options)),
      record_(options),
      handler_([this](gnet::link::Peer& peer) { serve(peer); }) {
  if (!options.expect.empty()) expected_.emplace(options.expect, "--expect");
  if (options.exec.empty()) local_.emplace(options);
}

cli::Exit ConnectListener::run() {
  return cli::run_client(options_.to, {.work = [this] { return work(); }, .summary = [] {}});
}

cli::Exit ConnectListener::work() {
  if (endpoint_.transport() == Transport::inetd) return serve_inetd();
  const std::unique_ptr<gnet::Factory> server = listen();
  server->start();
  over_.wait();
  // Others wait for nobody.
  server->stop_accepting();
  server->stop(gnet::Deadline(std::chrono::seconds(5)));
  if (failure_) std::rethrow_exception(failure_);
  return status_;
}

std::unique_ptr<gnet::Factory> ConnectListener::listen() {
  try {
    if (endpoint_.is_datagram()) {
      auto server = std::make_unique<Datagrams>(endpoint_, *this);
      server->listen();
      announce(server->local_endpoint());
      return server;
    }
    gnet::TCPServerOptions library;
    library.tls = context_for(options_, endpoint_);
    if (endpoint_.is_unix()) library.listen.unix_mode = endpoint_.mode().value_or(0600);
    if (endpoint_.backlog()) library.listen.backlog = *endpoint_.backlog();
    auto server = endpoint_.transport() == Transport::systemd
                      ? std::make_unique<Streams>(gnet::Listener(inherited(endpoint_)),
                                                  std::move(library), *this)
                      : std::make_unique<Streams>(endpoint_, std::move(library), *this);
    server->listen();
    announce(server->local_endpoint());
    return server;
  } catch (const std::system_error& error) {
    fail_to_listen(error, endpoint_);
  }
}

void ConnectListener::announce(const Endpoint& where) const {
  if (options_.quiet.times > 0 || options_.json) return;
  const Endpoint shown =
      endpoint_.is_ip() ? endpoint_.with_host(where.host()).with_port(where.port()) : where;
  cli::write_all(STDERR_FILENO, fmt::format("listening on {}\n", shown.to_string()));
}

// Without --keep-open the first one is the only one.
bool ConnectListener::admit() {
  if (over_.is_set()) return false;
  return options_.keep_open || !std::exchange(taken_, true);
}

cli::Exit ConnectListener::serve_inetd() {
  gnet::AnyStream stream = gnet::link::open_stream(endpoint_.with_listen(false));
  const gnet::Logger log("connect");
  gnet::link::Peer peer(stream, endpoint_, log);
  talk(peer);
  return status_;
}

// Standard input and output are for one peer at a time.
void ConnectListener::serve(gnet::link::Peer& peer) {
  std::unique_lock<gnet::Mutex> turn(turn_, std::defer_lock);
  if (local_) turn.lock();
  try {
    talk(peer);
  } catch (const cli::Failure& failure) {
    // What had no program has heard nothing: an end would look like its answer.
    const bool is_io = failure.code() == cli::Exit::io;
    if (is_io && !local_) peer.stream().abort();
    // One peer's trouble is not the next one's, but where they share standard input and output.
    if (!options_.keep_open || (is_io && local_)) {
      return note_end(failure.code(), std::current_exception());
    }
    peer.log().warn("{}", failure.what());
  }
}

void ConnectListener::talk(gnet::link::Peer& peer) {
  if (options_.verbose.times > 0) {
    gnet::Logger("connect").info("connected with {}", peer.endpoint().short_name());
  }
  std::optional<LocalSide> own;
  if (!local_) own.emplace(options_);
  ConnectSession session(options_, own ? *own : *local_, record_,
                         expected_ ? &*expected_ : nullptr);
  const gnet::TimePoint began = gnet::Clock::now();
  const SessionEnd end = session.run(peer.stream(), peer.endpoint());
  const bool matched = end == SessionEnd::matched;
  if (expected_ && options_.json) {
    print_expectation(options_, peer.endpoint(), matched, session, record_, began);
  }
  const cli::Exit status = expected_ && !matched ? cli::Exit::negative : cli::Exit::ok;
  if (!options_.keep_open) note_end(status, nullptr);
}

void ConnectListener::note_end(cli::Exit status, std::exception_ptr failure) {
  if (over_.is_set()) return;
  status_ = status;
  failure_ = std::move(failure);
  over_.set();
}

}  // namespace commands
