#include "cli/line/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace cli {
namespace {

// Where the second column of a table starts, counted from 0.
constexpr std::size_t kColumn = 29;

std::string entry(const Flag& flag, const void* options, const HelpLayout& layout) {
  const bool aligned = flag.short_name.empty() && !flag.long_name.empty();
  const std::string indent = aligned ? "      " : "  ";
  std::string left = indent + spelling(flag);
  std::string right = flag.summary;
  const std::string preset = shown_default(flag, options);
  if (!preset.empty()) right += fmt::format(" [{}]", preset);
  if (left.size() + 1 > kColumn) {
    left += '\n' + std::string(kColumn, ' ');
  } else {
    left.resize(kColumn, ' ');
  }
  return left + wrap(right, kColumn, layout.width) + '\n';
}

// Groups that a command's help only points to.
bool has_rare_options(const Command& command) {
  return std::ranges::any_of(command.groups, [](const FlagGroup& group) {
    return group.topic.empty() && std::ranges::any_of(group.flags, &Flag::rare);
  });
}

std::string pointers(const Command& command, bool all, const HelpLayout& layout) {
  std::vector<std::string> parts;
  if (!all && has_rare_options(command)) {
    parts.push_back("More options: gnet " + command.name + " --help=all");
  }
  for (const FlagGroup& group : command.groups) {
    if (!group.topic.empty()) parts.push_back(group.title + ": gnet help " + group.topic);
  }
  parts.emplace_back("Exit status: gnet help exit");
  parts.push_back("man gnet-" + command.name);
  std::string text;
  std::size_t column = 0;
  for (const std::string& part : parts) {
    if (column > 0 && column + 5 + part.size() > layout.width) {
      text += '\n';
      column = 0;
    }
    if (column > 0) {
      text += "     ";
      column += 5;
    }
    text += part;
    column += part.size();
  }
  return text + '\n';
}

std::string usage(const Command& command, const HelpLayout& layout) {
  std::string text = layout.style.heading("Usage:") + " gnet " + command.name + " [OPTIONS]";
  if (!command.arguments.empty()) text += " " + command.arguments;
  return text + "\n" + wrap(command.about, 0, layout.width) + "\n";
}

std::string examples(const Command& command, const HelpLayout& layout) {
  if (command.examples.empty()) return {};
  std::string text = "\n" + layout.style.heading("Examples:") + "\n";
  for (const std::string& example : command.examples) text += "  " + example + "\n";
  return text;
}

}  // namespace

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (column > indent && column + 1 + word.size() > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string spelling(const Flag& flag) {
  if (flag.long_name.empty()) return flag.positional;
  std::string text = flag.long_name;
  if (!flag.short_name.empty()) text = flag.short_name + ", " + text;
  if (flag.value.empty()) return text;
  return text + (flag.bare.empty() ? " " : "") + flag.value;
}

std::string shown_default(const Flag& flag, const void* options) {
  if (!flag.fallback.empty()) return flag.fallback;
  if (flag.is_switch() || options == nullptr || flag.command_line_only) return {};
  const std::string value = flag.current(options);
  return value == "0" && flag.value == "D" ? "off" : value;
}

std::string flag_table(const std::vector<const Flag*>& flags, const void* options,
                       const HelpLayout& layout) {
  std::string text;
  for (const Flag* flag : flags) text += entry(*flag, options, layout);
  return text;
}

std::string command_help(const Command& command, bool all, const HelpLayout& layout) {
  const auto options = command.make_options();
  std::string text = usage(command, layout) + examples(command, layout);
  std::vector<const Flag*> own;
  const bool shares = command.groups.size() > 2;  // more than its own and the global options
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      const bool is_own = group.topic.empty() && (all || !flag.rare);
      if (is_own || (shares && !all && flag.common)) own.push_back(&flag);
    }
  }
  // What everybody looks for first comes first.
  std::stable_partition(own.begin(), own.end(),
                        [](const Flag* flag) { return flag->key() == "port"; });
  if (!own.empty()) {
    text += "\n" + layout.style.heading("Options:") + "\n";
    text += flag_table(own, options.get(), layout);
  }
  if (all) {
    for (const FlagGroup& group : command.groups) {
      if (group.topic.empty()) continue;
      std::vector<const Flag*> flags;
      for (const Flag& flag : group.flags) flags.push_back(&flag);
      text += "\n" + layout.style.heading(group.title + ":") + "\n";
      text += flag_table(flags, options.get(), layout);
    }
  }
  return text + "\n" + pointers(command, all, layout);
}

std::string overview(const Commands& commands, const HelpLayout& layout) {
  std::string text = layout.style.heading("Usage:") + " gnet COMMAND [OPTIONS] [ARGUMENTS]\n";
  text += "Ready-made network servers and clients in one program.\n";
  std::vector<std::string> groups;
  for (const Command* command : commands) {
    if (command->group.empty()) continue;
    if (std::ranges::find(groups, command->group) == groups.end()) groups.push_back(command->group);
  }
  for (const std::string& group : groups) {
    text += "\n" + layout.style.heading(group + ":") + "\n";
    for (const Command* command : commands) {
      if (command->group != group) continue;
      text += fmt::format("  {:<14} {}\n", command->name, wrap(command->summary, 17, layout.width));
    }
  }
  text += "\n" + layout.style.heading("Examples:") + "\n";
  text += "  gnet echo-server --port 6011         # in one terminal\n";
  text += "  gnet echo-client --reconnect :6011   # in another\n";
  text += "\nHelp for one command: gnet help COMMAND     Topics: gnet help topics     man gnet\n";
  return text;
}

}  // namespace cli
