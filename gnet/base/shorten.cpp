#include "gnet/base/shorten.h"

namespace gnet {
namespace {

constexpr std::size_t kBrackets = 6;  // "..(" and ").."

// The largest length not above limit that does not end inside a UTF-8 character. Text that is not
// UTF-8 may be cut anywhere: no character has more than three continuation bytes.
std::size_t cut_before(std::string_view text, std::size_t limit) {
  std::size_t length = limit;
  while (length > 0 && limit - length < 4 &&
         (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
    --length;
  }
  return limit - length < 4 ? length : limit;
}

}  // namespace

std::string shorten(std::string_view text, std::size_t width) {
  if (text.size() <= width) return std::string(text);
  // The number of bytes cut depends on its own number of digits, so the digits are tried in turn.
  for (std::size_t digits = 1; kBrackets + digits <= width; ++digits) {
    const std::size_t kept = cut_before(text, width - kBrackets - digits);
    const std::string cut = std::to_string(text.size() - kept);
    if (cut.size() <= digits) return std::string(text.substr(0, kept)) + "..(" + cut + ")..";
  }
  return std::string(text.substr(0, cut_before(text, width)));
}

}  // namespace gnet
