// Which way something goes between two sides.

#pragma once

#include <cstdint>

namespace gnet::link {

enum class Way : std::uint8_t {
  forward,   // from the first side, the left one, to the second
  backward,  // the other way
};

[[nodiscard]] constexpr Way opposite(Way way) noexcept {
  return way == Way::forward ? Way::backward : Way::forward;
}

}  // namespace gnet::link
