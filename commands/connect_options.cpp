#include "commands/connect_options.h"

#include <fmt/format.h>

#include <utility>

#include "cli/out/failure.h"

namespace commands {
namespace {

using gnet::Endpoint;

void exclude(bool one, const char* first, bool other, const char* second) {
  if (one && other)
    throw cli::UsageError(fmt::format("{} and {} exclude each other", first, second));
}

Endpoint parsed(const std::string& text, gnet::Transport transport) {
  try {
    return Endpoint::parse(text, transport);
  } catch (const gnet::BadEndpoint& error) {
    throw cli::UsageError(error.what());
  }
}

}  // namespace

void check(const ConnectOptions& options) {
  const bool sends = options.send.has_value();
  const bool expects = !options.expect.empty();
  const bool runs = !options.exec.empty();
  exclude(options.listen, "--listen", options.probe, "--zero");
  exclude(options.listen, "--listen", options.retry.reconnects(), "--reconnect");
  exclude(options.probe, "--zero", runs || sends || expects, "--exec, --send, --expect");
  exclude(runs, "--exec", sends, "--send");
  exclude(runs, "--exec", options.no_stdin, "--no-stdin");
  exclude(options.send_only, "--send-only", options.recv_only, "--recv-only");
  exclude(options.send_only, "--send-only", expects, "--expect");
  exclude(options.recv_only, "--recv-only", sends, "--send");
  exclude(options.udp, "--udp", options.to.tls, "--tls");
  if (options.keep_open && !options.listen) throw cli::UsageError("--keep-open needs --listen");
  if (options.json && !expects && !options.probe) {
    throw cli::UsageError("--json is for --zero and --expect: what comes else is not JSON");
  }
}

Endpoint host_and_port(const std::string& host, const std::string& port,
                       gnet::Transport transport) {
  if (host.find("://") != std::string::npos) {
    throw cli::UsageError(fmt::format("{} is an endpoint: its port is part of it", host));
  }
  const bool v6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return parsed(fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port), transport);
}

cli::Target connect_target(const ConnectOptions& options) {
  const auto transport = options.udp ? gnet::Transport::udp : gnet::Transport::tcp;
  const auto& where = options.where;
  if (where.empty()) {
    if (options.to.unix_path.path.empty()) {
      throw cli::UsageError(options.listen ? "ENDPOINT is missing: where to listen"
                                           : "ENDPOINT is missing: where to connect");
    }
    if (options.listen || options.udp) {
      const auto kind = options.udp ? gnet::Transport::unix_datagram : gnet::Transport::unix_stream;
      return {.endpoint = Endpoint::unix_path(options.to.unix_path.path, kind), .given = false};
    }
    return {.endpoint = Endpoint::parse(":0"), .given = false};
  }
  if (where.size() > 2)
    throw cli::UsageError("one ENDPOINT, or HOST PORT, is all that there can be");
  cli::Target target{.endpoint = where.size() == 1 ? parsed(where[0], transport)
                                                   : host_and_port(where[0], where[1], transport),
                     .given = true};
  if (options.udp && !target.endpoint.is_datagram()) {
    throw cli::UsageError(fmt::format("--udp does not go with {}", target.endpoint.to_string()));
  }
  return target;
}

}  // namespace commands
