// The page that a browser gets from gnet ws-echo, to try a WebSocket by hand.
//
//   response.type("text/html; charset=utf-8").send(ws_page("/chat"));
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>

namespace commands {

// One file without others, which connects to this path of the server that it comes from.
[[nodiscard]] std::string ws_page(std::string_view path);

// What such a page may do: nothing but that.
inline constexpr std::string_view kWsPagePolicy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace commands
