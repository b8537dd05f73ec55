#include "gnet/web/glob.h"

#include <string>
#include <vector>

namespace gnet::web {

// Follows all ways through the pattern at once: there is a bit for each place in it, which says
// whether the part of the path that was read may end there. So no pattern takes long.
bool matches_glob(std::string_view pattern, std::string_view path) {
  if (pattern.find('/') == pattern.npos) path = path.substr(path.rfind('/') + 1);
  std::vector<bool> at(pattern.size() + 1), next(pattern.size() + 1);
  // A place before a star is one behind it, too.
  const auto reach = [&](std::vector<bool>& places, std::size_t place) {
    for (; !places[place]; ++place) {
      places[place] = true;
      if (place == pattern.size() || pattern[place] != '*') return;
    }
  };
  const auto is_double = [&](std::size_t place) {
    return (place + 1 < pattern.size() && pattern[place + 1] == '*') ||
           (place > 0 && pattern[place - 1] == '*');
  };
  reach(at, 0);
  for (const char c : path) {
    next.assign(next.size(), false);
    for (std::size_t place = 0; place < pattern.size(); ++place) {
      if (!at[place]) continue;
      if (pattern[place] == '*') {
        if (c != '/' || is_double(place)) reach(next, place);
      } else if (pattern[place] == c || (pattern[place] == '?' && c != '/')) {
        reach(next, place + 1);
      }
    }
    at.swap(next);
  }
  return at[pattern.size()];
}

}  // namespace gnet::web
