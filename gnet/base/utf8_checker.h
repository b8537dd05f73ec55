// Tells whether text that comes in pieces is UTF-8, at the first byte that cannot be.
//
//   gnet::Utf8Checker checker;
//   while (const auto piece = next()) {
//     if (!checker.feed(*piece)) return refuse("not UTF-8");
//   }
//   if (!checker.complete()) refuse("the text ends within a character");
//
// A piece may end anywhere, within a character too. What can begin no character is refused at once:
// after f0 the byte 80 is already wrong (U+0000 written too long), and so is a0 after ed (half of a
// surrogate pair), 90 after f4 (beyond U+10FFFF) and c0 in any place (Unicode, table 3-7).
//
// It is looked at 32 bytes at a time: ASCII everywhere, other text where the processor has AVX2.
//
// Threads: a value without locks.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gnet {

class Utf8Checker {
 public:
  // Looks at the next piece of the text. False as soon as some byte cannot be part of UTF-8 after
  // those before it; the text is wrong from then on, until reset().
  [[nodiscard]] bool feed(std::string_view piece) noexcept;

  // False while a character has begun that is not whole, and of a text that is wrong.
  [[nodiscard]] bool complete() const noexcept { return left_ == 0; }

  // How many of the last piece's bytes are before the one that was wrong; only after false.
  [[nodiscard]] std::size_t valid() const noexcept { return valid_; }

  // For the next text.
  void reset() noexcept { *this = {}; }

 private:
  static constexpr std::uint8_t kWrong = 0xff;

  bool step(unsigned char byte) noexcept;

  std::size_t valid_ = 0;
  std::uint8_t left_ = 0;    // bytes that the character still needs; kWrong
  std::uint8_t low_ = 0x80;  // what the next of them may be
  std::uint8_t high_ = 0xbf;
};

}  // namespace gnet
