#include "cli/line/part.h"

#include <algorithm>

namespace cli {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";

// The text with the prefix in each option that `is_own` knows.
template <typename IsOwn>
std::string with_prefix(std::string_view text, const std::string& prefix, IsOwn is_own) {
  std::string out;
  while (!text.empty()) {
    const std::size_t dashes = std::min(text.find("--"), text.size());
    out += text.substr(0, dashes);
    text.remove_prefix(dashes);
    const std::size_t end = std::min(text.find_first_not_of(kLetters), text.size());
    const std::string_view name = text.substr(0, end);
    out += is_own(name) ? "--" + prefix + std::string(name.substr(2)) : std::string(name);
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace

std::string Placed::named(std::string_view text) const {
  return with_prefix(text, prefix, [](std::string_view name) { return !name.empty(); });
}

bool Placed::is_typed(std::string_view name) const {
  return std::ranges::find(typed, named(name)) != typed.end();
}

void drop_short_name(Part& part, std::string_view long_name) {
  for (FlagGroup& group : part.groups) {
    for (Flag& flag : group.flags) {
      if (flag.long_name == long_name) flag.short_name.clear();
    }
  }
}

namespace detail {

void put_in_front(std::vector<FlagGroup>& groups, const std::string& prefix) {
  Words own;
  for (const FlagGroup& group : groups) {
    for (const Flag& flag : group.flags) own.push_back(flag.long_name);
  }
  const auto rename = [&](std::string& text) {
    text = with_prefix(text, prefix, [&](std::string_view name) {
      return std::ranges::find(own, name) != own.end();
    });
  };
  for (FlagGroup& group : groups) {
    group.title += " with --" + prefix;
    for (Flag& flag : group.flags) {
      flag.long_name.insert(2, prefix);
      for (std::string& alias : flag.aliases) alias.insert(2, prefix);
      flag.short_name.clear();
      flag.positional.clear();
      for (std::string* text : {&flag.summary, &flag.fallback, &flag.needs, &flag.more}) {
        rename(*text);
      }
    }
  }
}

}  // namespace detail
}  // namespace cli
