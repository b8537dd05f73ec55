// What a server has to bind, worked out from its options before anything is tried.
//
// Addresses that one option asks for belong together: --port 0 means both 127.0.0.1
// and ::1, TCP and with --udp also UDP, all with the same number.

#pragma once

#include <vector>

#include "cli/server/server_options.h"

namespace cli {

struct ListenGroup {
  std::vector<gnet::Endpoint> addresses;  // their port is to be replaced, if there is one
  PortRange ports;                        // {0, 0}: any; a range: the first that is free
  bool any_family = false;                // the second family is welcome, but may be missing
};

// In the order of the options: endpoints, ports, unix sockets. Without any of these
// it is the command's own port. Throws UsageError for what is given twice.
[[nodiscard]] std::vector<ListenGroup> plan_listening(const ServerOptions& options);

// Whether TCP ports are secured by TLS without being said to: by --tls, and by --tls-cert when no
// endpoint has the scheme tls.
[[nodiscard]] bool secures_all_ports(const ServerOptions& options);

// True if the options name no place to listen at, so that sockets of a supervisor
// are to be used if there are some.
[[nodiscard]] bool names_no_endpoint(const ServerOptions& options);

}  // namespace cli
