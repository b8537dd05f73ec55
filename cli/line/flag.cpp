#include "cli/line/flag.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace cli {

std::string Flag::key() const {
  std::string key = name().substr(std::min(name().find_first_not_of('-'), name().size()));
  std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::tolower(c); });
  return key;
}

std::string Flag::environment_name(std::string_view command) const {
  std::string text = "gnet_";
  if (!command.empty()) text += std::string(command) + "_";
  text += key();
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return text;
}

namespace detail {

std::size_t choice(std::string_view text, const std::vector<std::string>& choices) {
  const auto found = std::find(choices.begin(), choices.end(), text);
  if (found == choices.end()) {
    throw BadValue(fmt::format("must be one of {}", fmt::join(choices, ", ")));
  }
  return static_cast<std::size_t>(found - choices.begin());
}

Flag make_flag(std::string_view names, std::string value, std::string summary, Extra extra) {
  Flag flag;
  static_cast<Extra&>(flag) = std::move(extra);
  const std::size_t comma = names.find(',');
  if (comma != std::string_view::npos) flag.short_name = names.substr(0, comma);
  flag.long_name = comma == std::string_view::npos ? names : names.substr(comma + 1);
  flag.value = std::move(value);
  flag.summary = std::move(summary);
  return flag;
}

}  // namespace detail
}  // namespace cli
