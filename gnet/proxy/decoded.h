// What decoding the first bytes of a stream has come to.
//
// Decoders of this folder are functions of everything that has come so far: called again with more,
// they say more, wherever the bytes were split. Of an incomplete message `size` is how many bytes
// there have to be at the least, so that a reader who asks for no more than that never takes what
// comes behind the message.
//
// Threads: a value.

#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace gnet::proxy {

enum class Decoding : std::uint8_t { incomplete, complete, malformed };

template <typename T>
struct Decoded {
  Decoding state = Decoding::incomplete;
  std::size_t size = 0;  // of the message; incomplete: it is at least so long
  T message{};           // complete: what it says

  [[nodiscard]] bool complete() const noexcept { return state == Decoding::complete; }
  [[nodiscard]] bool malformed() const noexcept { return state == Decoding::malformed; }

  [[nodiscard]] static Decoded needs(std::size_t size) { return {Decoding::incomplete, size, {}}; }
  [[nodiscard]] static Decoded bad() { return {Decoding::malformed, 0, {}}; }
  [[nodiscard]] static Decoded of(T message, std::size_t size) {
    return {Decoding::complete, size, std::move(message)};
  }
};

}  // namespace gnet::proxy
