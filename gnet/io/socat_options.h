// Options of socat's that mean nothing here.
//
// Threads: a function without state.

#pragma once

#include <string_view>

namespace gnet::detail {

// "fork", "reuseaddr": every listener serves many connections and may take an address whose old
// connections linger.
[[nodiscard]] bool is_ignored_option(std::string_view key) noexcept;

}  // namespace gnet::detail
