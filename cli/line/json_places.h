// Where in a text of JSON its values stand, which the parser does not tell.
//
//   const cli::JsonPlaces places(text);
//   const auto [line, column] = places.find({"service", "echo", "port"});
//
// Threads: a value; any, one at a time.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

// Line and column, each from 1; of nothing 0 and 0.
using TextPlace = std::pair<std::size_t, std::size_t>;

[[nodiscard]] TextPlace place_in(std::string_view text, std::size_t offset);

class JsonPlaces {
 public:
  using Path = std::vector<std::string>;

  // Of a text that is no JSON, as far as it can be read. Those within lists are left out.
  explicit JsonPlaces(std::string_view text);

  // Where the value at the end of these keys begins; 0 and 0 where there is none.
  [[nodiscard]] TextPlace find(const Path& path) const;

 private:
  std::map<Path, TextPlace> places_;
};

}  // namespace cli
