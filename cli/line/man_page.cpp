#include "cli/line/man_page.h"

#include <fmt/format.h>

#include "cli/line/help.h"
#include "cli/line/topics.h"
#include "cli/out/failure.h"

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
  const bool is_list = text.starts_with('-');  // to scdoc
  return (is_list ? "\\" : "") + escaped(text) + ".";
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
  if (flag.live) text += "\n\tA server takes another value of it on SIGHUP.";
  const std::string preset = shown_default(flag, options);
  if (!preset.empty()) text += "\n\tDefault: " + escaped(preset) + ".";
  return text + "\n";
}

std::string group_entries(const FlagGroup& group, const void* options) {
  std::string text;
  for (const Flag& flag : group.flags) text += (text.empty() ? "" : "\n") + entry(flag, options);
  return text;
}

std::string exit_entries() {
  std::string text;
  for (const ExitRow& row : exit_table()) {
    text += fmt::format("*{}* {}\n\t{}\n\n", static_cast<int>(row.code), row.name,
                        sentence(std::string(row.meaning)));
  }
  return text;
}

std::string term_entry(std::string_view term, const std::string& summary) {
  return fmt::format("*{}*\n\t{}\n\n", escaped(term), sentence(summary));
}

std::string topic_entries() {
  std::string text;
  for (const Topic& topic : topics()) text += term_entry(topic.name, topic.summary);
  return text;
}

std::string list_entries(const ManList& list) {
  std::string text;
  for (const auto& [term, summary] : list.terms) text += term_entry(term, summary);
  return text;
}

// "gnet-echo-server(1)" is about echo-server.
const Command& command_of(std::string_view first_line) {
  const std::string_view page = first_line.substr(0, first_line.find('('));
  const std::size_t dash = page.find('-');
  const Command* command =
      dash == std::string_view::npos ? nullptr : find_command(page.substr(dash + 1));
  if (command == nullptr) throw UsageError(fmt::format("{} is about no command", page));
  return *command;
}

std::string replacement(std::string_view word, std::string_view first_line,
                        const std::vector<ManList>& lists) {
  if (word == "@OPTIONS@") return man_options(command_of(first_line));
  if (word == "@EXIT@") return exit_entries();
  if (word == "@TOPICS@") return topic_entries();
  for (const ManList& list : lists) {
    if (word == list.word) return list_entries(list);
  }
  const GlobalOptions defaults;
  if (word == "@GLOBAL@") return group_entries(global_flags(), &defaults);
  throw UsageError(fmt::format("unknown word {}", word));
}

}  // namespace

std::string man_options(const Command& command) {
  const auto options = command.make_options();
  std::string text;
  for (const FlagGroup& group : command.groups) {
    if (group.flags.empty()) continue;
    // A page with one table only needs no heading above it.
    if (command.groups.front().flags.size() > 0 || command.groups.size() > 2) {
      text += fmt::format("{}## {}\n\n", text.empty() ? "" : "\n", group.title);
    }
    text += group_entries(group, options.get());
  }
  return text;
}

std::string fill_man_page(std::string_view page, const std::vector<ManList>& lists) {
  const std::string_view first_line = page.substr(0, page.find('\n'));
  std::string text;
  while (!page.empty()) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    const std::string_view line = page.substr(0, end);
    page.remove_prefix(std::min(end + 1, page.size()));
    const bool is_word = line.size() > 2 && line.starts_with('@') && line.ends_with('@');
    text += is_word ? replacement(line, first_line, lists) : std::string(line) + "\n";
  }
  return text;
}

}  // namespace cli
