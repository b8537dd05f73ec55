// Random numbers for what is to vary and is no secret: delays, losses, the bytes of a test.
//
//   if (gnet::random_share() < 0.05) return;   // one in twenty is lost
//
// Threads: each has numbers of its own, which begin where the kernel says.

#pragma once

#include <cstdint>

namespace gnet {

// 64 bits, each as likely as not.
[[nodiscard]] std::uint64_t random_bits() noexcept;

// From 0 to 1, which it never is.
[[nodiscard]] inline double random_share() noexcept {
  return static_cast<double>(random_bits() >> 11) * 0x1p-53;
}

}  // namespace gnet
