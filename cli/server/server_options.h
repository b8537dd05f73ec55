// The options that every server has: where it listens, whom it serves and how
// long, and how it tells others that it is ready.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/server/access.h"
#include "cli/server/access_format.h"
#include "cli/server/tls_options.h"

namespace cli {

// The cores that this process may use.
[[nodiscard]] unsigned usable_cores() noexcept;

// Which header a connection has to begin with.
enum class ProxyProtocol { off, v1, v2, automatic };

struct ServerOptions : ServerTLSOptions {
  // Where to listen.
  std::vector<gnet::Endpoint> endpoints;
  Ports ports;
  std::vector<std::string> bind;
  bool everywhere = false;
  bool only_v4 = false;
  bool only_v6 = false;
  bool udp = false;
  std::vector<UnixPath> unix_paths;
  FileMode unix_mode{0600};
  Count backlog{4096};
  bool reuse_port = false;

  // Whom to serve, and how much.
  Count max_connections{10'000};
  Count max_per_ip;
  std::vector<AccessRule> access;
  ProxyProtocol proxy_protocol = ProxyProtocol::off;
  std::vector<AccessRule> proxy_from;
  gnet::Duration idle_timeout{};
  Rate rate_limit;
  Rate rate_limit_total;
  Count threads{usable_cores()};

  // How long.
  bool once = false;
  Count max_accepts;
  gnet::Duration lifetime{};
  gnet::Duration idle_exit{};
  gnet::Duration drain_timeout = std::chrono::seconds(10);
  gnet::Duration drain_quiet = std::chrono::seconds(1);

  // Whom to tell.
  bool print_port = false;
  std::string ready_file;
  int ready_fd = -1;
  gnet::Duration stats_interval{};
  std::string access_log = "off";
  AccessFormat access_format;

  // The process.
  bool daemon = false;
  std::string pid_file;
  std::string user;
  std::string chroot;
  bool no_new_privs = true;
  bool die_with_parent = false;
  std::string name;     // of the process; a socket of that name controls it
  std::string control;  // the path of that socket, or "none"
};

[[nodiscard]] FlagGroup server_flags();

// Of these what a process has that serves several things, each with its own listeners.
[[nodiscard]] FlagGroup process_flags();

// As a part of a command.
[[nodiscard]] PartKind<ServerOptions> process_part();

// As a part of a command: .shared = {cli::server(&Options::listen)}.
[[nodiscard]] PartKind<ServerOptions> server_part();
template <typename Options>
[[nodiscard]] PartOf<Options> server(ServerOptions Options::*member, std::string prefix = {}) {
  return make_part(member, server_part(), std::move(prefix));
}

// Throws UsageError when options contradict each other.
void check(const ServerOptions& options);

}  // namespace cli
