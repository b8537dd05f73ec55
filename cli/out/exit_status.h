// The exit statuses of every gnet command, in one table.
//
// A script tells by the number what went wrong: usage, listening, connecting, a
// broken connection. The table is what `gnet help exit` prints, and nothing else
// in the tool invents a number.

#pragma once

#include <span>
#include <string_view>

namespace cli {

enum class Exit : int {
  ok = 0,
  negative = 1,
  usage = 2,
  listen = 3,
  resolve = 4,
  connect = 5,
  tls = 6,
  protocol = 7,
  lost = 8,
  io = 9,
  cut = 10,
  no_instance = 11,
  internal = 70,
  timeout = 124,
  not_executable = 126,
  not_found = 127,
  interrupted = 130,
  quit = 131,
  stdout_closed = 141,
  terminated = 143,
};

struct ExitRow {
  Exit code;
  std::string_view name;
  std::string_view meaning;
};

// The status of a command that SIGINT or SIGTERM has ended.
[[nodiscard]] constexpr Exit exit_for_signal(int signal) noexcept {
  return static_cast<Exit>(128 + signal);
}

// Every status in ascending order.
[[nodiscard]] std::span<const ExitRow> exit_table() noexcept;

// The short name of a status ("listen"), for error events.
[[nodiscard]] std::string_view exit_name(Exit code) noexcept;

}  // namespace cli
