// What gnet proxy is told.

#pragma once

#include <string>
#include <vector>

#include "cli/line/global_options.h"
#include "cli/server/server_options.h"

namespace commands {

// Who looks names up.
enum class ProxyResolve { automatic, local, remote };

struct ProxyOptions : cli::GlobalOptions {
  ProxyOptions() {
    listen.ports.fallback = 1080;
    listen.idle_timeout = std::chrono::minutes(10);
  }

  cli::ServerOptions listen;
  std::vector<std::string> auth;
  std::string auth_file;
  bool no_auth = false;
  std::string protocols = "socks5,socks4,http";
  std::vector<std::string> allow_dest;
  std::vector<std::string> deny_dest;
  std::vector<std::string> upstream;
  std::vector<std::string> upstream_for;
  ProxyResolve resolve = ProxyResolve::automatic;
  bool udp = true;
  bool bind_cmd = false;
  gnet::Duration connect_timeout = std::chrono::seconds(10);
  gnet::Duration handshake_timeout = std::chrono::seconds(10);
};

}  // namespace commands
