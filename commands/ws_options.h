// The options of gnet ws, and what they mean for the library.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/client/reconnect_options.h"
#include "cli/line/command.h"
#include "commands/web_address.h"
#include "commands/ws_deflate.h"
#include "gnet/link/framing.h"
#include "gnet/ws/web_socket_client.h"

namespace commands {

struct WsOptions : cli::GlobalOptions {
  cli::ClientOptions to;
  cli::ReconnectOptions retry;
  std::string url;

  // ---- the handshake ----
  std::vector<std::string> headers;
  std::string origin;
  std::string subprotocols;

  // ---- messages ----
  bool binary = false;
  gnet::link::Framing frame = gnet::link::Framing::raw;
  bool null = false;
  bool base64 = false;
  bool jsonrpc = false;
  bool timestamps = false;
  Deflate deflate = Deflate::on;
  int deflate_window = kWidestWindow;
  cli::Size max_message{16 * 1024 * 1024};
  std::vector<std::string> send;

  // ---- when it ends ----
  std::string expect;
  cli::Count count;
  std::string wait;
  bool exit_on_eof = false;
  int close_code = 1000;
  std::string close_reason;

  // ---- pings ----
  gnet::Duration ping_interval = std::chrono::seconds(20);
  gnet::Duration ping_timeout = std::chrono::seconds(10);
  bool print_rtt = false;

  // ---- at a terminal ----
  bool history = false;
};

// Where it connects to. Throws UsageError.
[[nodiscard]] WebAddress ws_address(const WsOptions& options);

// Throws UsageError for options that do not go together, and Failure for files that cannot be read.
[[nodiscard]] gnet::ws::ConnectOptions ws_connect_options(const WsOptions& options,
                                                          const WebAddress& target);

// How long it may be silent after the input has ended; nothing: for ever. Throws UsageError.
[[nodiscard]] std::optional<gnet::Duration> ws_wait(const WsOptions& options);

// Throws UsageError.
void check(const WsOptions& options);

}  // namespace commands
