#include "gnet/ws/frame.h"

namespace gnet::ws {

FrameHead::FrameHead(const FrameHeader& header) noexcept {
  const auto put = [this](std::uint64_t byte) { bytes_[size_++] = static_cast<char>(byte); };
  const auto put_size = [&](int bytes) {
    while (bytes-- > 0) put(header.size >> (8 * bytes) & 0xffU);
  };
  put((header.fin ? 0x80U : 0U) | (header.compressed ? 0x40U : 0U) |
      static_cast<std::uint8_t>(header.opcode));
  const std::uint64_t masked = header.mask ? 0x80 : 0;
  if (header.size < 126) {
    put(masked | header.size);
  } else if (header.size <= 0xffff) {
    put(masked | 126U);
    put_size(2);
  } else {
    put(masked | 127U);
    put_size(8);
  }
  if (header.mask) {
    for (const std::uint8_t byte : *header.mask) put(byte);
  }
}

}  // namespace gnet::ws
