#include "cli/client/target.h"

#include <algorithm>
#include <cctype>

#include "cli/line/value.h"

namespace cli {

void read_value(std::string_view text, Target& target) {
  read_value(text, target.endpoint);
  target.given = true;
}

std::string show(const Target& target) {
  return show(target.endpoint);
}

std::optional<std::string_view> behind(std::string_view text, std::string_view scheme) noexcept {
  const bool begins =
      text.size() >= scheme.size() &&
      std::equal(scheme.begin(), scheme.end(), text.begin(),
                 [](unsigned char a, unsigned char b) { return a == std::tolower(b); });
  if (!begins) return std::nullopt;
  return text.substr(scheme.size());
}

}  // namespace cli
