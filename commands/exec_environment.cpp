#include "commands/exec_environment.h"

#include <algorithm>
#include <cstdlib>

#include "cli/server/listen.h"
#include "commands/program_rules.h"
#include "gnet/base/decimal.h"
#include "gnet/base/version.h"
#include "gnet/http/request.h"
#include "gnet/io/endpoint.h"

namespace commands {
namespace {

using gnet::Environment;
using gnet::detail::equal_ignoring_case;
using gnet::http::Request;

std::string digits(std::uint16_t port) {
  return std::to_string(port);
}

// "HTTP_USER_AGENT"; empty for a name that could be taken for another one's.
std::string variable_of(std::string_view field) {
  std::string name = "HTTP_";
  for (const char c : field) {
    if (c == '-') {
      name += '_';
    } else if (c >= 'a' && c <= 'z') {
      name += static_cast<char>(c - 'a' + 'A');
    } else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      name += c;
    } else {
      return {};
    }
  }
  return name == "HTTP_PROXY" ? std::string() : name;
}

bool is_passed(std::string_view field, const std::vector<std::string>& headers) {
  if (equal_ignoring_case(field, "Content-Type") || equal_ignoring_case(field, "Content-Length")) {
    return false;  // they have variables of their own
  }
  if (headers.empty()) {
    return !equal_ignoring_case(field, "Authorization") &&
           !equal_ignoring_case(field, "Proxy-Authorization");
  }
  return std::any_of(headers.begin(), headers.end(),
                     [&](const std::string& one) { return equal_ignoring_case(one, field); });
}

void add_headers(Environment& variables, const Request& request,
                 const std::vector<std::string>& headers) {
  for (std::size_t i = 0; i < request.headers().size(); ++i) {
    const std::string_view field = request.headers()[i].name;
    if (!is_passed(field, headers)) continue;
    const std::string name = variable_of(field);
    if (!name.empty()) variables.try_emplace(name, request.headers().joined(field));
  }
}

// What a client has come to is what it says, or else where it is.
std::string server_name(const Request& request, const gnet::Endpoint& local) {
  std::string_view host = request.head().authority();
  const std::size_t colon = host.rfind(':');
  if (colon != host.npos && host.find(']', colon) == host.npos) host = host.substr(0, colon);
  if (!host.empty()) return std::string(host);
  return local.host().empty() ? "localhost" : local.host();
}

}  // namespace

Environment base_environment(const std::vector<std::string>& passed,
                             const std::vector<std::string>& given, const std::string& name) {
  Environment variables;
  for (const std::string& one : passed) {
    if (const char* value = std::getenv(one.c_str())) variables[one] = value;
  }
  variables["GNET_SERVICE"] = "exec-server";
  if (!name.empty()) variables["GNET_NAME"] = name;
  add_variables(variables, given);
  return variables;
}

Environment connection_variables(const gnet::Endpoint& peer, const gnet::Endpoint& local,
                                 bool secured, std::uint64_t session) {
  Environment variables{{"GNET_SESSION", std::to_string(session)},
                        {"GNET_ENDPOINT", local.with_tls(secured).to_string()}};
  if (local.is_unix()) {
    variables["PROTO"] = "UNIX";
    variables["UNIXLOCALPATH"] = local.path();
    return variables;
  }
  const std::string proto = local.transport() == gnet::Transport::udp ? "UDP" : "TCP";
  variables["PROTO"] = proto;
  variables["GNET_PORT"] = digits(local.port());
  variables["REMOTE_ADDR"] = variables[proto + "REMOTEIP"] = peer.host();
  variables["REMOTE_PORT"] = variables[proto + "REMOTEPORT"] = digits(peer.port());
  variables["SERVER_ADDR"] = variables[proto + "LOCALIP"] = local.host();
  variables["SERVER_PORT"] = variables[proto + "LOCALPORT"] = digits(local.port());
  return variables;
}

Environment request_variables(const Request& request, const ExecProgram& program,
                              const std::vector<std::string>& headers, const std::string& scheme) {
  const gnet::Endpoint local = request.local();
  Environment variables =
      connection_variables(request.peer(), local, request.is_secure(), request.connection());
  variables["GNET_ENDPOINT"] = cli::shown_endpoint(local, request.is_secure(), scheme);
  variables["GATEWAY_INTERFACE"] = "CGI/1.1";
  variables["SERVER_SOFTWARE"] = "gnet/" + std::string(gnet::version());
  variables["SERVER_PROTOCOL"] = request.head().minor_version() == 0 ? "HTTP/1.0" : "HTTP/1.1";
  variables["SERVER_NAME"] = server_name(request, local);
  variables.try_emplace("SERVER_PORT", request.is_secure() ? "443" : "80");
  variables.try_emplace("REMOTE_ADDR", "");
  variables["REQUEST_METHOD"] = request.method();
  variables["REQUEST_URI"] = request.target();
  variables["QUERY_STRING"] = request.query();
  variables["SCRIPT_NAME"] = program.script_name;
  variables["PATH_INFO"] = program.path_info;
  if (request.is_secure()) variables["HTTPS"] = "on";
  if (const auto type = request.header("Content-Type")) variables["CONTENT_TYPE"] = *type;
  if (const auto length = request.header("Content-Length")) variables["CONTENT_LENGTH"] = *length;
  add_headers(variables, request, headers);
  // A byte 0 cannot be passed on; paths and fields have none.
  return variables;
}

}  // namespace commands
