// What a server gives up once its sockets are open: another root, another user, and
// the way back.

#pragma once

#include <string>

#include "cli/server/server_options.h"

namespace cli {

// --chroot, --user and --no-new-privs, in this order. Throws Failure when one of
// them cannot be done: a server never runs with more rights than it was told to.
void drop_privileges(const ServerOptions& options);

}  // namespace cli
