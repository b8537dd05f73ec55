#include "cli/line/secrets.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace cli {
namespace {

std::span<char*> known;

void overwrite(char* begin, const char* end) {
  std::fill(begin, begin + (end - begin), '*');
}

// "--auth" and "-a", "-va": what has its value behind it.
bool names(std::string_view argument, const Flag& flag) {
  if (argument == flag.long_name) return true;
  const bool is_short = argument.size() > 1 && argument[0] == '-' && argument[1] != '-';
  return is_short && flag.short_name.size() == 2 && argument.ends_with(flag.short_name[1]);
}

// "--auth=VALUE" and "-aVALUE", "-vaVALUE".
bool has_value(std::string_view argument, const Flag& flag, std::string_view value) {
  if (!argument.ends_with(value)) return false;
  const std::string_view before = argument.substr(0, argument.size() - value.size());
  return before == flag.long_name + "=" || names(before, flag);
}

void hide_value(const Flag& flag, std::string_view value) {
  for (std::size_t i = 0; i < known.size(); ++i) {
    const std::string_view argument = known[i];
    const bool is_value = argument == value && i > 0 && names(known[i - 1], flag);
    if (!is_value && !has_value(argument, flag, value)) continue;
    char* const end = known[i] + argument.size();
    overwrite(end - value.size(), end);
  }
}

// "http://ada:PASSWORD@host/"
void hide_password(char* argument) {
  char* const user = std::strstr(argument, "://");
  if (user == nullptr) return;
  char* const begin = user + 3;
  char* const end = begin + std::strcspn(begin, "/?#");
  char* const at = std::find(begin, end, '@');
  char* const colon = std::find(begin, at, ':');
  if (at != end && colon != at) overwrite(colon + 1, at);
}

}  // namespace

void know_arguments(int count, char** arguments) noexcept {
  known = {arguments, static_cast<std::size_t>(count)};
}

std::vector<const Flag*> hide_secrets(const CommandLine& line) {
  std::vector<const Flag*> secret;
  for (const Occurrence& occurrence : line.occurrences) {
    if (!occurrence.flag->secret || occurrence.word.empty()) continue;
    hide_value(*occurrence.flag, occurrence.word);
    secret.push_back(occurrence.flag);
  }
  std::ranges::for_each(known, hide_password);
  return secret;
}

}  // namespace cli
