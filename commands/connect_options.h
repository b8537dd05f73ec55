// What gnet connect is told, and what of it means where to.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/client/reconnect_options.h"
#include "cli/client/target.h"
#include "cli/line/global_options.h"

namespace commands {

enum class ConnectDump { off, text, hex, json };

struct ConnectOptions : cli::GlobalOptions {
  cli::ClientOptions to;
  cli::ReconnectOptions retry;
  std::vector<std::string> where;  // ENDPOINT, or HOST PORT; with -z several ports
  bool listen = false;
  bool keep_open = false;
  bool udp = false;
  bool probe = false;
  std::optional<gnet::Duration> wait;
  bool exit_on_eof = false;
  bool no_stdin = false;
  bool send_only = false;
  bool recv_only = false;
  bool crlf = false;
  std::string exec;
  gnet::Duration idle_timeout{};
  std::optional<std::string> send;
  std::string expect;
  ConnectDump dump = ConnectDump::off;
  std::string log;
};

// Throws UsageError for what does not go together.
void check(const ConnectOptions& options);

// The one place that is named. Throws UsageError where there is none, or more than one.
[[nodiscard]] cli::Target connect_target(const ConnectOptions& options);

// What the endpoint of a host and a port is: "[::1]:80" of "::1" and "80". Throws UsageError.
[[nodiscard]] gnet::Endpoint host_and_port(const std::string& host, const std::string& port,
                                           gnet::Transport transport);

}  // namespace commands
