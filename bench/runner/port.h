// Ports of servers that do not print theirs.

#pragma once

#include <string>

namespace bench {

// One that nobody has at the moment.
std::string free_port();

// Waits until somebody listens there; throws std::runtime_error after five seconds.
void await_listener(const std::string& port);

}  // namespace bench
