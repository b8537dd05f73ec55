// Sockets that a supervisor opened for us, as systemd passes them: LISTEN_FDS of
// them from descriptor 3 on, meant for the process LISTEN_PID.

#pragma once

#include <string>
#include <vector>

#include "gnet/base/unique_fd.h"

namespace cli {

struct InheritedSocket {
  gnet::UniqueFd fd;
  std::string name;  // from LISTEN_FDNAMES; may be empty
};

// Takes them over: the variables go, and no child inherits the sockets. Empty if
// there are none, or if they were meant for another process.
[[nodiscard]] std::vector<InheritedSocket> take_inherited_sockets();

}  // namespace cli
