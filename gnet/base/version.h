// The version of the library, as `gnet version` prints it: "0.1.0".
//
//   fmt::print("built on gnet {}\n", gnet::version());
//
// Threads: may be used from any.

#pragma once

#include <string_view>

namespace gnet {

// The version that was linked. A program may compare it with what it was compiled for.
[[nodiscard]] std::string_view version() noexcept;

}  // namespace gnet
