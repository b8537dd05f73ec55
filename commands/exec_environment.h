// What a program learns of its client by its environment: the variables of UCSPI and, where it is
// asked by HTTP, of CGI (RFC 3875 §4.1).
//
//   environment.merge(connection_variables(peer, local, "TCP"));
//   environment.merge(request_variables(request, program, headers));
//
// A field Proxy of a request never becomes HTTP_PROXY, which programs take for their own.
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "commands/exec_programs.h"
#include "gnet/os/subprocess.h"

namespace gnet {
class Endpoint;
}
namespace gnet::http {
class Request;
}

namespace commands {

// What the program gets of the server's own environment, and what --env and --name say.
[[nodiscard]] gnet::Environment base_environment(const std::vector<std::string>& passed,
                                                 const std::vector<std::string>& given,
                                                 const std::string& name);

// Of any client: REMOTE_ADDR, TCPREMOTEIP, GNET_SESSION and their kind.
[[nodiscard]] gnet::Environment connection_variables(const gnet::Endpoint& peer,
                                                     const gnet::Endpoint& local, bool secured,
                                                     std::uint64_t session);

// Those, and what the request says. `headers`: fields that become HTTP_*; empty: all but secrets
// (Authorization, Proxy-Authorization). `scheme`: of GNET_ENDPOINT, which with TLS is that and an
// s.
[[nodiscard]] gnet::Environment request_variables(const gnet::http::Request& request,
                                                  const ExecProgram& program,
                                                  const std::vector<std::string>& headers,
                                                  const std::string& scheme);

}  // namespace commands
