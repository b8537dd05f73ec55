// Names that a pattern stands for: `*` is any characters, `?` is one.
//
//   gnet::matches_name("echo-*", "echo-2");   // true
//
// For paths there is gnet/web/glob.h, where folders count.
//
// Threads: any.

#pragma once

#include <string_view>

namespace gnet {

// Whether the whole name is as the pattern says.
[[nodiscard]] bool matches_name(std::string_view pattern, std::string_view name) noexcept;

}  // namespace gnet
