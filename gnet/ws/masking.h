// The mask that clients put on what they send (RFC 6455, §5.3 and §10.3).
//
//   ws::MaskKeys keys;
//   const ws::MaskKey key = keys.next();
//   ws::apply_mask(payload, key);              // once masks, twice unmasks
//
// Threads: apply_mask() has no state; a MaskKeys belongs to one thread at a time.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace gnet::ws {

// Four bytes, in the order in which the frame has them.
using MaskKey = std::array<std::uint8_t, 4>;

// Masks bytes where they lie, or takes the mask off. `offset` is how many bytes of the payload are
// before these: pieces of any length give what the whole would.
void apply_mask(std::span<char> bytes, MaskKey key, std::uint64_t offset = 0) noexcept;

// Keys that nobody can predict, from OpenSSL's generator, for 64 frames at a time.
class MaskKeys {
 public:
  // Throws std::runtime_error when the system has no randomness to give.
  [[nodiscard]] MaskKey next() {
    if (used_ == kKeys) [[unlikely]]
      refill();
    MaskKey key;
    std::memcpy(key.data(), &keys_[used_++ * key.size()], key.size());
    return key;
  }

 private:
  static constexpr std::size_t kKeys = 64;
  void refill();

  std::array<std::uint8_t, kKeys * 4> keys_{};
  std::size_t used_ = kKeys;
};

}  // namespace gnet::ws
