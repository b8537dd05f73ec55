#include "gnet/http/coding.h"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>

namespace gnet::http::detail {

int level_of(const EncodeOptions& options, ContentCoding coding, int usual, int least, int most) {
  const int level = options.level.value_or(usual);
  if (level >= least && level <= most) return level;
  throw std::invalid_argument(std::string(to_string(coding)) + " has no level " +
                              std::to_string(level) + ": they go from " + std::to_string(least) +
                              " to " + std::to_string(most));
}

int window_bits_of(const EncodeOptions& options, int least, int most) noexcept {
  const std::uint64_t size = options.size.value_or(std::uint64_t{1} << 62U);
  return std::clamp(static_cast<int>(std::bit_width(size)), least, most);
}

}  // namespace gnet::http::detail
