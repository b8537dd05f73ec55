#include "cli/server/listen.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <asio/ip/address.hpp>
#include <optional>
#include <utility>

#include "cli/out/failure.h"
#include "cli/server/port_holder.h"
#include "gnet/base/error.h"
#include "gnet/io/resolver.h"
#include "gnet/link/peer_server.h"

namespace cli {
namespace {

using gnet::Endpoint;

// How often a free port is looked for that both families have.
constexpr int kAttempts = 20;

class Server : public gnet::TCPServerFactory {
 public:
  Server(gnet::ServerAddress<gnet::Listener> where, SessionRules& rules, Handlers::Speech speech,
         gnet::TCPServerOptions options)
      : TCPServerFactory(std::move(where), std::move(options)),
        rules_(rules),
        make_(std::move(speech.connection)),
        logs_requests_(speech.logs_requests) {}

  // Serves WebSockets there.
  void answer_web_sockets(const Endpoint& endpoint, const Handlers& handlers) {
    web_sockets_ = endpoint;
    peer_ = [this, peer = handlers.peer](gnet::link::Peer& who) { peer(rules_, who); };
  }

  ~Server() override { end(); }

  std::unique_ptr<gnet::Connection> build_connection() override {
    if (!web_sockets_) return make_(rules_);
    return gnet::link::peer_connection(*web_sockets_, peer_, peer_options_);
  }

  bool admit(const gnet::SocketAddress& peer) override {
    if (rules_.proxy_headers.wanted()) {
      return rules_.proxy_headers.trusts(peer) &&
             rules_.admission.admit_proxy(peer, local_endpoint());
    }
    return rules_.admission.admit(peer, local_endpoint());
  }
  void connection_gone(const gnet::SocketAddress& peer) noexcept override {
    if (rules_.proxy_headers.wanted()) return rules_.admission.left_proxy();
    rules_.admission.left(peer);
  }

  // A line for everybody who takes one.
  void on_notify(const std::any& message) override {
    broadcast(std::any_cast<const std::string&>(message) + "\n");
  }

  void connection_started(gnet::Connection& connection) override { rules_.log.began(connection); }
  void connection_closing(gnet::Connection& connection) override { rules_.log.closing(connection); }
  void connection_ended(gnet::Connection& connection, const gnet::CloseReason& reason) override {
    if (reason.unread > 0) ++rules_.cut_late;
    rules_.log.ended(connection, reason, !logs_requests_);
  }

 private:
  SessionRules& rules_;
  std::function<std::unique_ptr<gnet::Connection>(SessionRules&)> make_;
  const bool logs_requests_;
  std::optional<Endpoint> web_sockets_;
  gnet::link::PeerHandler peer_;
  gnet::link::PeerOptions peer_options_;
};

// Whether WebSockets are a layer here, and no affair of the server's own.
bool lays_web_sockets(const Endpoint& endpoint, const Handlers& handlers) {
  if (!endpoint.is_ws() || handlers.scheme == "ws") return false;
  if (handlers.peer) return true;
  throw Failure(Exit::usage, "this server does not speak WebSocket there", "listen on tcp or tls",
                endpoint.to_string());
}

Handlers::Speech speech_of(const Handlers& handlers, std::optional<std::size_t> number) {
  if (handlers.speech) return handlers.speech(number);
  return {handlers.connection, handlers.scheme, handlers.logs_requests, handlers.datagrams};
}

gnet::TCPServerOptions library_options(SessionRules& rules, const Endpoint& endpoint) {
  const ServerOptions& options = rules.options;
  gnet::TCPServerOptions library;
  if (endpoint.is_tls()) library.tls = rules.tls_for(endpoint);
  library.listen.backlog = endpoint.backlog().value_or(static_cast<int>(options.backlog.number));
  library.listen.reuse_port = options.reuse_port;
  if (endpoint.is_unix())
    library.listen.unix_mode = endpoint.mode().value_or(options.unix_mode.bits);
  library.limit = rules.admission.connections();
  rules.proxy_headers.check(endpoint);
  if (rules.proxy_headers.wanted()) library.introduce = rules.proxy_headers.introduce(endpoint);
  return library;
}

Listening listening_at(const Endpoint& local, const std::optional<gnet::TLSContext>& tls = {},
                       const std::string& scheme = {}) {
  const auto address = local.address();
  Listening listening{
      .endpoint = shown_endpoint(local, tls.has_value(), scheme),
      .port = local.port(),
      .is_datagrams = !local.has_connections(),
      .path = local.is_unix() && !local.is_abstract() ? local.path() : std::string(),
      .is_local = local.is_unix() || (address && address->is_loopback())};
  if (tls) {
    const gnet::Certificate certificate = tls->certificate();
    listening.fingerprint = certificate.fingerprint();
    listening.pin = certificate.pin();
  }
  return listening;
}

[[noreturn]] void refuse_datagrams(const std::string& where) {
  throw Failure(Exit::usage, "this server has no use for datagrams", {}, where);
}

// Where a server is to listen: on a socket that does so already, or on one of its own.
template <typename Socket>
gnet::ServerAddress<Socket> address_of(const Endpoint& endpoint, std::optional<Socket> there) {
  if (there) return std::move(*there);
  return endpoint;
}

Bound bind_one(const Endpoint& endpoint, SessionRules& rules, const Handlers& handlers,
               const Handlers::Speech& speech, SocketStock& stock) {
  if (endpoint.has_connections()) {
    const gnet::TCPServerOptions library = library_options(rules, endpoint);
    const bool web_sockets = lays_web_sockets(endpoint, handlers);
    auto server = std::make_unique<Server>(address_of(endpoint, stock.listener(endpoint)), rules,
                                           speech, library);
    if (web_sockets) server->answer_web_sockets(endpoint, handlers);
    server->listen();
    const Endpoint& local = server->local_endpoint();
    Listening where = listening_at(local, library.tls, speech.scheme);
    if (web_sockets) {
      where.endpoint = local.is_unix()
                           ? endpoint.to_string()
                           : endpoint.with_host(local.host()).with_port(local.port()).to_string();
    }
    return {std::move(server), true, where};
  }
  if (!speech.datagrams) refuse_datagrams(endpoint.to_string());
  auto server = speech.datagrams(rules, address_of(endpoint, stock.datagrams(endpoint)),
                                 library_options(rules, endpoint).listen);
  server->listen();
  const Listening where = listening_at(server->local_endpoint());
  rules.datagram_ports.insert(where.port);
  return {std::move(server), false, where};
}

[[noreturn]] void fail_to_listen(const std::system_error& error, const Endpoint& endpoint) {
  std::string hint;
  std::string message = gnet::describe(error);
  if (error.code() == std::errc::address_in_use && !endpoint.is_unix()) {
    const std::string holder = port_holder(endpoint.transport(), endpoint.port());
    if (holder.ends_with(fmt::format("(pid {})", getpid()))) {
      message += " by an earlier endpoint of this command";
    } else {
      if (!holder.empty()) message += " by " + holder;
      hint = "-p 0 takes any free port";
    }
  } else if (error.code() == std::errc::address_in_use) {
    message += ": another server answers there";
    hint = "end that one, or take another path";
  } else if (error.code() == std::errc::permission_denied && endpoint.port() < 1024 &&
             !endpoint.is_unix()) {
    hint = "ports below 1024 need root or CAP_NET_BIND_SERVICE";
  }
  const bool no_address = dynamic_cast<const gnet::ResolveError*>(&error) != nullptr;
  throw Failure(no_address ? Exit::resolve : Exit::listen, message, hint, endpoint.to_string(),
                error.code());
}

bool family_is_missing(const std::error_code& code) {
  return code == std::errc::address_not_available ||
         code == std::errc::address_family_not_supported;
}

// All addresses of a group at one port; 0 lets the first of them choose. `tried` is the last one,
// so that who catches knows which of them it was.
std::vector<Bound> bind_group_at(const ListenGroup& group, std::uint16_t port, bool lone,
                                 SessionRules& rules, const Handlers& handlers,
                                 const Handlers::Speech& speech, SocketStock& stock,
                                 Endpoint& tried) {
  std::vector<Bound> bound;
  for (const Endpoint& address : group.addresses) {
    tried = address.with_port(port);
    try {
      bound.push_back(bind_one(tried, rules, handlers, speech, stock));
    } catch (const std::system_error& error) {
      const bool missing = family_is_missing(error.code());
      // Either family will do, be it the first or the second.
      const bool others = !bound.empty() || (missing && address != group.addresses.back());
      if (group.any_family && others && (lone || missing)) continue;
      throw;
    }
    if (bound.size() > 1) bound.back().listening.primary = false;
    port = bound.front().listening.port;
  }
  return bound;
}

std::vector<Bound> bind_group(const ListenGroup& group, SessionRules& rules,
                              const Handlers& handlers, const Handlers::Speech& speech,
                              SocketStock& stock) {
  const bool any_port = group.ports.low == 0 && group.addresses.size() > 1;
  const int last = any_port ? kAttempts : group.ports.high - group.ports.low;
  Endpoint tried = group.addresses.front();
  for (int attempt = 0;; ++attempt) {
    const auto port = static_cast<std::uint16_t>(any_port ? 0 : group.ports.low + attempt);
    try {
      // In the end one family alone is better than none.
      return bind_group_at(group, port, any_port && attempt == last, rules, handlers, speech, stock,
                           tried);
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::address_in_use && attempt < last) continue;
      fail_to_listen(error, tried);
    }
  }
}

int socket_option(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  if (getsockopt(fd, SOL_SOCKET, name, &value, &size) != 0) return -1;
  return value;
}

// Those that a supervisor has named so; without a name all that are left.
std::vector<Bound> adopt_named(const Endpoint& endpoint, std::vector<InheritedSocket>& inherited,
                               SessionRules& rules, const Handlers& handlers) {
  std::vector<InheritedSocket> chosen;
  for (InheritedSocket& socket : inherited) {
    const bool named = endpoint.argument().empty() || socket.name == endpoint.argument();
    if (socket.fd && named) chosen.push_back(std::move(socket));
  }
  if (!chosen.empty()) return adopt_all(std::move(chosen), rules, handlers);
  throw Failure(Exit::listen,
                fmt::format("cannot listen on {}: no supervisor has passed such a socket",
                            endpoint.to_string()),
                {}, endpoint.to_string());
}

}  // namespace

std::string shown_endpoint(const Endpoint& local, bool secured, const std::string& scheme) {
  if (scheme.empty() || local.is_unix()) return local.with_tls(secured).to_string();
  const std::string text = local.with_tls(false).to_string();  // "tcp://HOST:PORT"
  return scheme + (secured ? "s" : "") + text.substr(text.find("://")) + "/";
}

std::vector<Bound> bind_all(const ServerOptions& options, std::vector<InheritedSocket> inherited,
                            SessionRules& rules, const Handlers& handlers, SocketStock& stock) {
  std::vector<Bound> all;
  // Those of the endpoints come first.
  std::size_t number = 0;
  for (const ListenGroup& group : plan_listening(options)) {
    const bool is_endpoint = number < options.endpoints.size();
    const auto speech = speech_of(handlers, is_endpoint ? std::optional(number) : std::nullopt);
    ++number;
    const Endpoint& first = group.addresses.front();
    if (first.transport() == gnet::Transport::systemd) {
      for (Bound& bound : adopt_named(first, inherited, rules, handlers)) {
        all.push_back(std::move(bound));
      }
      continue;
    }
    for (Bound& bound : bind_group(group, rules, handlers, speech, stock)) {
      all.push_back(std::move(bound));
    }
  }
  return all;
}

std::vector<Bound> adopt_all(std::vector<InheritedSocket> sockets, SessionRules& rules,
                             const Handlers& handlers) {
  std::vector<Bound> all;
  for (InheritedSocket& inherited : sockets) {
    const int fd = inherited.fd.get();
    if (socket_option(fd, SO_TYPE) == SOCK_DGRAM) {
      const Handlers::Speech speech = speech_of(handlers, std::nullopt);
      if (!speech.datagrams) refuse_datagrams(fmt::format("descriptor {}", fd));
      auto server = speech.datagrams(rules, gnet::DatagramSocket(std::move(inherited.fd)), {});
      const Listening where = listening_at(server->local_endpoint());
      rules.datagram_ports.insert(where.port);
      all.push_back({std::move(server), false, where});
    } else if (socket_option(fd, SO_ACCEPTCONN) == 1) {
      gnet::Listener listener(std::move(inherited.fd));
      Endpoint local = listener.local_endpoint();
      if (!local.is_unix()) local = local.with_tls(secures_all_ports(rules.options));
      const gnet::TCPServerOptions library = library_options(rules, local);
      const Handlers::Speech speech = speech_of(handlers, std::nullopt);
      const Listening where = listening_at(local, library.tls, speech.scheme);
      all.push_back(
          {std::make_unique<Server>(std::move(listener), rules, speech, library), true, where});
    } else {
      throw Failure(Exit::listen, fmt::format("descriptor {} is no socket that listens", fd));
    }
  }
  return all;
}

}  // namespace cli
