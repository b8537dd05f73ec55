// Opens what a plan asks for: one factory for each address, bound and listening,
// not yet serving.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/out/json.h"
#include "cli/server/inherited_sockets.h"
#include "cli/server/listen_plan.h"
#include "cli/server/ready.h"
#include "cli/server/session.h"
#include "cli/server/socket_stock.h"
#include "gnet/link/peer.h"
#include "gnet/protocol/tcp_server_factory.h"
#include "gnet/protocol/udp_server_factory.h"

namespace cli {

// Where something listens, as it is told: "https://127.0.0.1:8443/", or without a scheme of its own
// "tls://127.0.0.1:8443".
[[nodiscard]] std::string shown_endpoint(const gnet::Endpoint& local, bool secured,
                                         const std::string& scheme);

// What a server command does with what comes in.
struct Handlers {
  std::string name;  // in log lines: "echo"
  // What a new connection is: a Session, or any other kind.
  std::function<std::unique_ptr<gnet::Connection>(SessionRules& rules)> connection;
  // The answers to datagrams there.
  using Datagrams = std::function<std::unique_ptr<gnet::UDPServerFactory>(
      SessionRules& rules, gnet::ServerAddress<gnet::DatagramSocket> address,
      gnet::ListenOptions options)>;
  Datagrams datagrams;
  bool answers_datagrams = true;
  // Who comes by a WebSocket, at an endpoint of ws; without it there are none. In a fiber of the
  // peer's own.
  std::function<void(SessionRules& rules, gnet::link::Peer& peer)> peer = {};

  // Where it listens is shown as an URL of this scheme: "http", which is https with TLS. Empty: as
  // an endpoint.
  std::string scheme = {};
  // Lines of the access log are written by .connection, for requests.
  bool logs_requests = false;

  // What is spoken at one address, for a command whose endpoints are not alike: instead of what is
  // said above.
  struct Speech {
    std::function<std::unique_ptr<gnet::Connection>(SessionRules& rules)> connection = {};
    std::string scheme = {};
    bool logs_requests = false;
    Datagrams datagrams = {};
  };
  // `number`: which of options.endpoints; nothing: a port, a path, a socket of a supervisor. Null:
  // they are all alike.
  std::function<Speech(std::optional<std::size_t> number)> speech = {};

  // Called once, before anything listens.
  std::function<void(SessionRules& rules)> begin = {};
  // Called when everything listens, before it says so.
  std::function<void(const std::vector<Listening>& where)> ready = {};
  // A message of `gnet ctl notify`, once. Without this it is queued, as a line, on every connection
  // that takes one, as a Protocol does.
  std::function<void(std::string_view message)> notified = {};
  // False: nobody here has a use for such messages.
  bool takes_messages = true;
  // More that `gnet ctl stats` is to tell, as Prometheus reads it.
  std::function<std::string()> metrics = {};
  // More counters: members of the event, and lines for people. Called on the first hub.
  std::function<void(JsonObject& event)> stats = {};
  std::function<std::string()> stats_lines = {};
  // SIGHUP: reads anew what the command has read, and returns what puts it in place. What it
  // throws, a Failure, leaves all as it was.
  std::function<std::function<void()>()> reload = {};
};

// A factory that listens, and where.
struct Bound {
  std::unique_ptr<gnet::Factory> factory;
  bool has_connections;  // which may live on several threads
  Listening listening;
};

// Binds everything, in order, and takes from the stock what listens there already; throws Failure
// (listen, resolve) that names the first endpoint that could not be had. Those of systemd: are
// among the sockets of a supervisor.
[[nodiscard]] std::vector<Bound> bind_all(const ServerOptions& options,
                                          std::vector<InheritedSocket> inherited,
                                          SessionRules& rules, const Handlers& handlers,
                                          SocketStock& stock);

// Takes over the sockets of a supervisor.
[[nodiscard]] std::vector<Bound> adopt_all(std::vector<InheritedSocket> sockets,
                                           SessionRules& rules, const Handlers& handlers);

}  // namespace cli
