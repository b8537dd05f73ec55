// Who holds a port: what "address already in use" leaves open.

#pragma once

#include <cstdint>
#include <string>

#include "gnet/io/endpoint.h"

namespace cli {

// "ncat (pid 26137)": the process that listens on this TCP port or has this UDP port
// bound. Empty if that cannot be seen, as with processes of other users.
[[nodiscard]] std::string port_holder(gnet::Transport transport, std::uint16_t port);

}  // namespace cli
