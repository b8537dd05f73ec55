#include "gnet/ws/masking.h"

#include <openssl/rand.h>

#include <bit>
#include <stdexcept>

namespace gnet::ws {
namespace {

// The key as often as it fits, over and over.
template <std::size_t width>
using Wide [[gnu::vector_size(width)]] = std::uint32_t;

// Masks whole blocks of 4 × width bytes; returns how many bytes that were.
template <std::size_t width>
[[gnu::always_inline]] inline std::size_t mask_blocks(char* bytes, std::size_t size,
                                                      std::uint32_t key) noexcept {
  const Wide<width> mask = key - Wide<width>{};
  std::size_t done = 0;
  for (; size - done >= 4 * width; done += 4 * width) {
    for (std::size_t i = 0; i < 4; ++i) {
      Wide<width> part;
      std::memcpy(&part, bytes + done + i * width, width);
      part ^= mask;
      std::memcpy(bytes + done + i * width, &part, width);
    }
  }
  return done;
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] std::size_t mask_avx2(char* bytes, std::size_t size,
                                              std::uint32_t key) noexcept {
  return mask_blocks<32>(bytes, size, key);
}
#endif

}  // namespace

void apply_mask(std::span<char> bytes, MaskKey key, std::uint64_t offset) noexcept {
  // As it meets the first of these bytes.
  const int turn = 8 * static_cast<int>(offset % key.size());
  constexpr bool kLittle = std::endian::native == std::endian::little;
  const std::uint32_t word = std::rotr(std::bit_cast<std::uint32_t>(key), kLittle ? turn : -turn);

  std::size_t done = 0;
#if defined(__x86_64__)
  if (bytes.size() >= 256 && __builtin_cpu_supports("avx2")) {
    done = mask_avx2(bytes.data(), bytes.size(), word);
  }
#endif
  done += mask_blocks<16>(bytes.data() + done, bytes.size() - done, word);
  for (; bytes.size() - done >= sizeof word; done += sizeof word) {
    std::uint32_t part = 0;
    std::memcpy(&part, bytes.data() + done, sizeof part);
    part ^= word;
    std::memcpy(bytes.data() + done, &part, sizeof part);
  }
  key = std::bit_cast<MaskKey>(word);
  for (std::size_t i = 0; done < bytes.size(); ++done, ++i) {
    bytes[done] = static_cast<char>(bytes[done] ^ key[i]);
  }
}

void MaskKeys::refill() {
  if (RAND_bytes(keys_.data(), static_cast<int>(keys_.size())) != 1) {
    throw std::runtime_error("cannot make a mask: the system has no randomness to give");
  }
  used_ = 0;
}

}  // namespace gnet::ws
