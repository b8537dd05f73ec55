// The page that a browser gets from gnet exec-server --devconsole: what a program writes, and a
// line to type for it.
//
//   response.type("text/html; charset=utf-8").send(exec_page(false));
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>

namespace commands {

// One file without others, which connects to its own address. `events`: the program is heard by
// server-sent events, and cannot be talked to.
[[nodiscard]] std::string exec_page(bool events);

// What such a page may do: nothing but that.
inline constexpr std::string_view kExecPagePolicy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace commands
