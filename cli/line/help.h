// Help as people read it: what the command is for, three examples, and then the
// options in one aligned table.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/line/command.h"
#include "cli/out/terminal.h"

namespace cli {

struct HelpLayout {
  std::size_t width = 100;
  Style style = {};
};

// `gnet` and `gnet help`: what there is.
[[nodiscard]] std::string overview(const Commands& commands, const HelpLayout& layout);

// `gnet COMMAND -h`. With all, every shared option is spelt out too.
[[nodiscard]] std::string command_help(const Command& command, bool all, const HelpLayout& layout);

// One group of options as a table, defaults taken from a struct of that command or,
// without one, from the group itself.
[[nodiscard]] std::string flag_table(const std::vector<const Flag*>& flags, const void* options,
                                     const HelpLayout& layout);

// "-p, --port PORT" as help, completion and man pages write an option.
[[nodiscard]] std::string spelling(const Flag& flag);

// What the brackets of help say; empty if a default is not worth a word.
[[nodiscard]] std::string shown_default(const Flag& flag, const void* options);

// Words broken into lines of this width, each but the first indented.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace cli
