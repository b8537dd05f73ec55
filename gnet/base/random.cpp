#include "gnet/base/random.h"

#include <unistd.h>

namespace gnet {
namespace {

// Not std::random_device, which takes five kilobytes of a fiber's stack.
std::uint64_t seed() noexcept {
  std::uint64_t bits = 1;
  static_cast<void>(getentropy(&bits, sizeof bits));
  return bits;
}

}  // namespace

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
std::uint64_t random_bits() noexcept {
  thread_local std::uint64_t state = seed();
  std::uint64_t bits = state += 0x9E3779B97F4A7C15;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

}  // namespace gnet
