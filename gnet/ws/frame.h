// WebSocket frames as they are written (RFC 6455, §5.2).
//
// A frame is a head of at most 14 bytes and the payload behind it. Writing both with one writev()
// copies nothing:
//
//   const ws::FrameHead head({.opcode = ws::Opcode::text, .size = text.size()});
//   write(head.bytes(), text);
//
// Threads: plain values.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gnet/ws/masking.h"

namespace gnet::ws {

// Which end of a connection this is: clients mask what they send, servers must not.
enum class Role : std::uint8_t { server, client };

enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xa,
};

[[nodiscard]] constexpr bool is_control(Opcode opcode) noexcept {
  return (static_cast<std::uint8_t>(opcode) & 0x8U) != 0;
}

// The longest payload of a control frame.
inline constexpr std::size_t kMaxControl = 125;

// What a frame's head says.
struct FrameHeader {
  Opcode opcode = Opcode::binary;
  bool fin = true;          // the message ends with this frame
  bool compressed = false;  // RSV1 (RFC 7692): only in the first frame of a message
  std::uint64_t size = 0;   // of the payload
  std::optional<MaskKey> mask = {};
};

// Its bytes, with the shortest form of the length.
class FrameHead {
 public:
  FrameHead() = default;
  explicit FrameHead(const FrameHeader& header) noexcept;

  [[nodiscard]] std::string_view bytes() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, 14> bytes_;
  std::uint8_t size_ = 0;
};

}  // namespace gnet::ws
