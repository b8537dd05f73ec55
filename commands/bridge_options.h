// The options of gnet bridge, and what they mean for the library.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/client/reconnect_options.h"
#include "cli/line/command.h"
#include "cli/server/server_options.h"
#include "gnet/link/delay_line.h"
#include "gnet/link/framing.h"
#include "gnet/link/traffic_dump.h"

namespace commands {

enum class Framed { automatic, line, null, length2, length4, raw };
enum class Splice { automatic, off };
enum class DumpAs { off, text, hex, json, http, ws };
enum class Share { off, drop, block, close };

struct BridgeOptions : cli::GlobalOptions {
  cli::ServerOptions listen;
  cli::ClientOptions to;
  cli::ReconnectOptions retry;
  std::vector<gnet::Endpoint> ends;

  // ---- which way, and how long ----
  bool one_way = false;
  bool reverse = false;
  bool exit_on_eof = false;
  std::optional<gnet::Duration> wait;
  cli::Count max_messages;

  // ---- how it is carried ----
  Framed framing = Framed::automatic;
  Framed left_framing = Framed::automatic;
  Framed right_framing = Framed::automatic;
  cli::Size buffer_size{256 * 1024};
  Splice splice = Splice::automatic;
  cli::Delay delay;
  cli::Percent loss;
  cli::Rate bandwidth;

  // ---- who looks on ----
  DumpAs dump = DumpAs::off;
  std::string dump_file;
  std::string tee;
  std::string tee_left;
  std::string tee_right;

  // ---- the right side ----
  Share broadcast = Share::off;
  cli::Count pool;
  std::string on_connect;

  [[nodiscard]] const gnet::Endpoint& left() const { return ends.front(); }
  [[nodiscard]] const gnet::Endpoint& right() const { return ends.back(); }
};

// Throws UsageError for options that do not go together.
void check(const BridgeOptions& options);

// How messages are told apart on a side that is a stream of bytes: what was asked for, or what
// suits `own` beside `other`.
[[nodiscard]] gnet::link::Framing framing_of(const BridgeOptions& options, bool left);

// What --delay, --loss and --bandwidth make of each direction.
[[nodiscard]] gnet::link::LineQuality line_quality(const BridgeOptions& options);

// The form of --dump; nothing without it, or where it is a capture file.
[[nodiscard]] std::optional<gnet::link::DumpForm> dump_form(const BridgeOptions& options);
[[nodiscard]] bool is_capture(const BridgeOptions& options);

}  // namespace commands
