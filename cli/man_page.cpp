#include "cli/man_page.h"

#include <fmt/format.h>

#include "cli/help.h"

namespace cli {
namespace {

// scdoc takes these for marks.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '_' || c == '*' || c == '\\' || c == '#') out += '\\';
    out += c;
  }
  return out;
}

std::string sentence(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return escaped(text) + ".";
}

std::string entry(const Flag& flag, const void* options) {
  std::string text;
  if (!flag.short_name.empty()) text = "*" + flag.short_name + "*, ";
  if (flag.long_name.empty()) {
    text += "_" + escaped(flag.positional) + "_";
  } else {
    text += "*" + flag.long_name + "*";
    if (flag.value.starts_with("[=")) {
      text += "[=_" + escaped(flag.value.substr(2, flag.value.size() - 3)) + "_]";
    } else if (!flag.value.empty()) {
      text += " _" + escaped(flag.value) + "_";
    }
  }
  text += "\n\t" + sentence(flag.summary);
  if (!flag.more.empty()) text += "\n\t" + flag.more;
  const std::string preset = shown_default(flag, options);
  if (!preset.empty()) text += "\n\tDefault: " + escaped(preset) + ".";
  return text + "\n";
}

}  // namespace

std::string man_synopsis(const Command& command) {
  std::string text = "*gnet " + command.name + "* [_OPTIONS_]";
  if (!command.arguments.empty()) text += " " + escaped(command.arguments);
  return text + "\n";
}

std::string man_options(const Command& command) {
  const auto options = command.make_options();
  std::string text;
  for (const FlagGroup& group : command.groups) {
    if (group.flags.empty()) continue;
    text += fmt::format("{}## {}\n", text.empty() ? "" : "\n", group.title);
    for (const Flag& flag : group.flags) text += "\n" + entry(flag, options.get());
  }
  return text;
}

}  // namespace cli
