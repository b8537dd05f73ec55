// What the first byte of a character in UTF-8 says of the others. Part of utf8.cpp and
// utf8_checker.cpp.
//
//   const Utf8Lead lead = utf8_lead(0xe0);        // two more, of which the next is from a0 to bf
//
// Threads: functions without state.

#pragma once

#include <cstdint>

namespace gnet::detail {

struct Utf8Lead {
  std::uint8_t more;        // bytes after it; kNoLead: no character begins so
  std::uint8_t low = 0x80;  // what the next may be; those after it are from 80 to bf
  std::uint8_t high = 0xbf;
};
inline constexpr std::uint8_t kNoLead = 0xff;

// Unicode, table 3-7.
[[nodiscard]] constexpr Utf8Lead utf8_lead(unsigned char byte) noexcept {
  if (byte < 0x80) return {0};
  if (byte < 0xc2) return {kNoLead};
  if (byte < 0xe0) return {1};
  if (byte == 0xe0) return {2, 0xa0};
  if (byte == 0xed) return {2, 0x80, 0x9f};
  if (byte < 0xf0) return {2};
  if (byte == 0xf0) return {3, 0x90};
  if (byte == 0xf4) return {3, 0x80, 0x8f};
  if (byte < 0xf4) return {3};
  return {kNoLead};
}

}  // namespace gnet::detail
