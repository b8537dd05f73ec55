// What a person says to gnet ws itself, in a line that begins with a slash.
//
//   if (const auto command = slash_command(line)) obey(*command, socket);
//
// Threads: functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gnet/ws/close_code.h"

namespace commands {

inline constexpr std::string_view kSlashHelp =
    "/ping [TEXT], /pong [TEXT], /close [CODE [REASON]], /file NAME, /hex DIGITS; "
    "//TEXT sends /TEXT";

struct SlashCommand {
  enum Kind { ping, pong, close, binary, text, help };

  Kind kind = help;
  std::string data = {};                         // what is sent; of close the reason
  gnet::ws::CloseCode code = gnet::ws::kNormal;  // of close
};

// Nothing for a line that is no command, but a message. Throws std::invalid_argument for a command
// with words that make no sense, and cli::Failure for a file that cannot be read.
[[nodiscard]] std::optional<SlashCommand> slash_command(std::string_view line);

}  // namespace commands
