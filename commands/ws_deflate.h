// How commands of WebSockets compress messages: --deflate and --deflate-window.
//
//   accept.socket.deflate = deflate_options(options.deflate, options.deflate_window);
//
// Threads: functions without state.

#pragma once

#include <cstdint>

#include "cli/line/value.h"
#include "cli/out/failure.h"
#include "gnet/ws/permessage_deflate.h"

namespace commands {

// Takeover: messages refer to earlier ones, either way.
enum class Deflate { off, on, takeover };

constexpr int kWidestWindow = 15;

// Throws UsageError.
inline void check_deflate(int window) {
  if (window >= 8 && window <= kWidestWindow) return;
  throw cli::UsageError("--deflate-window must be from 8 to 15",
                        "messages refer back as far as 2 to the power of that");
}

[[nodiscard]] inline gnet::ws::DeflateOptions deflate_options(Deflate deflate, int window) {
  gnet::ws::DeflateOptions options;
  options.enabled = deflate != Deflate::off;
  options.context_takeover = options.peer_context_takeover = deflate == Deflate::takeover;
  options.window_bits = options.peer_window_bits = static_cast<std::uint8_t>(window);
  return options;
}

}  // namespace commands
