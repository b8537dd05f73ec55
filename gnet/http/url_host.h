// The host of a URL, as the URL Standard §3.5 reads it.
//
//   gnet::http::detail::url_host("EXAMPLE.test");      // "example.test"
//   gnet::http::detail::url_host("0x7f.1");            // "127.0.0.1"
//   gnet::http::detail::url_host("[1:0::2]");          // "[1::2]"
//
// Threads: a function without state.

#pragma once

#include <string>
#include <string_view>

namespace gnet::http::detail {

// Throws std::invalid_argument, whose text is the reason: "'1.2.3.256' is no IPv4 address".
[[nodiscard]] std::string url_host(std::string_view text);

}  // namespace gnet::http::detail
