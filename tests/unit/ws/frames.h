// Frames made and read by hand, so that the library's own code for them is not its own judge.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gnet/ws/frame.h"

// The first bytes of frames.
inline constexpr unsigned kFin = 0x80;
inline constexpr unsigned kRsv1 = 0x40;
inline constexpr unsigned kRsv2 = 0x20;
inline constexpr unsigned kRsv3 = 0x10;
inline constexpr unsigned kText = kFin | 1;
inline constexpr unsigned kTextStart = 1;
inline constexpr unsigned kBinary = kFin | 2;
inline constexpr unsigned kBinaryStart = 2;
inline constexpr unsigned kMiddle = 0;
inline constexpr unsigned kLast = kFin;
inline constexpr unsigned kCloseFrame = kFin | 8;
inline constexpr unsigned kPing = kFin | 9;
inline constexpr unsigned kPong = kFin | 10;

inline std::string masked_by_hand(std::string text) {
  constexpr unsigned char kKey[] = {0x37, 0xfa, 0x21, 0x3d};
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(text[i] ^ kKey[i % 4]);
  return text;
}

// A length as the head of a frame has it, in 1, 3 or 9 bytes; 0: in as few as it needs.
inline std::string length_of(std::uint64_t size, bool masked, int bytes = 0) {
  if (bytes == 0) bytes = size < 126 ? 1 : size <= 0xffff ? 3 : 9;
  const unsigned mask = masked ? 0x80 : 0;
  std::string text{static_cast<char>(mask | (bytes == 1 ? size : bytes == 3 ? 126U : 127U))};
  for (int i = bytes - 2; i >= 0; --i) text += static_cast<char>(size >> (8 * i) & 0xffU);
  return text;
}

// A frame as it comes to an endpoint of this role: masked for a server.
inline std::string frame_to(gnet::ws::Role role, unsigned first, const std::string& payload = {},
                            int length_bytes = 0) {
  const bool masked = role == gnet::ws::Role::server;
  std::string frame{static_cast<char>(first)};
  frame += length_of(payload.size(), masked, length_bytes);
  if (masked) frame += "\x37\xfa\x21\x3d";
  return frame + (masked ? masked_by_hand(payload) : payload);
}

// A close frame's payload.
inline std::string closing(unsigned code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)}.append(reason);
}

// "81 Hello, 8a, 88 1000 bye": what an endpoint of this role has written; throws std::runtime_error
// if it is masked wrongly, or is no whole frame.
std::string read_by_hand(gnet::ws::Role role, std::string_view bytes);
