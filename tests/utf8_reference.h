// What UTF-8 is, in the plainest words: what the quick checker is compared with.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// How many bytes of a text can be the beginning of UTF-8: up to the first after which there is
// nothing that would make it right again.
inline std::size_t reference_utf8_prefix(std::string_view text, bool* complete = nullptr) {
  std::size_t need = 0;     // bytes that the character still has to have
  std::uint32_t value = 0;  // of those that it has
  std::uint32_t least = 0;  // the least value that is written with as many
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (need == 0) {
      if (byte < 0x80) continue;
      if (byte >= 0xc0 && byte < 0xe0) {
        need = 1, value = byte & 0x1fU, least = 0x80;
      } else if (byte >= 0xe0 && byte < 0xf0) {
        need = 2, value = byte & 0x0fU, least = 0x800;
      } else if (byte >= 0xf0 && byte < 0xf8) {
        need = 3, value = byte & 0x07U, least = 0x10000;
      } else {
        return i;
      }
    } else {
      if ((byte & 0xc0U) != 0x80U) return i;
      value = value << 6U | (byte & 0x3fU);
      --need;
    }
    // The values that the character can still have.
    const std::uint32_t low = value << (6 * need);
    const std::uint32_t high = low | ((1U << (6 * need)) - 1);
    if (high < least || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff)) return i;
  }
  if (complete != nullptr) *complete = need == 0;
  return text.size();
}
