#include "cli/server/listen_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "cli/line/family.h"
#include "cli/out/failure.h"

namespace cli {
namespace {

using gnet::Endpoint;
using gnet::Transport;

std::vector<std::string> hosts(const ServerOptions& options) {
  if (options.everywhere) {
    if (options.only_v4) return {"0.0.0.0"};
    if (options.only_v6) return {"::"};
    return {"*"};
  }
  if (!options.bind.empty()) return options.bind;
  if (options.only_v4) return {"127.0.0.1"};
  if (options.only_v6) return {"::1"};
  return {"127.0.0.1", "::1"};
}

void add_udp_twins(ListenGroup& group) {
  const std::vector<Endpoint> streams = group.addresses;
  for (const Endpoint& stream : streams) {
    if (stream.transport() != Transport::tcp) continue;
    const Endpoint twin = Endpoint::of(Transport::udp, stream.host(), stream.port()).with_listen();
    group.addresses.push_back(with_family(twin, stream.family()));
  }
}

// Throws UsageError for what does not listen.
void check_listens(const Endpoint& endpoint) {
  try {
    endpoint.check_listens();
  } catch (const gnet::BadEndpoint& error) {
    throw UsageError(error.what());
  }
  if (endpoint.transport() == Transport::inetd) {
    throw UsageError(
        fmt::format("{} is one connection, for gnet connect -l", endpoint.to_string()));
  }
}

ListenGroup group_of(const Endpoint& endpoint) {
  return {.addresses = {endpoint.with_listen()},
          .ports = {endpoint.port(), endpoint.port()},
          .any_family = false};
}

ListenGroup group_of(const PortRange& ports, const ServerOptions& options) {
  ListenGroup group{.addresses = {}, .ports = ports, .any_family = options.bind.empty()};
  const gnet::Family family = wanted_family(options.only_v4, options.only_v6);
  for (const std::string& host : hosts(options)) {
    const Endpoint endpoint = Endpoint::of(Transport::tcp, host, ports.low).with_listen();
    // [::] is for IPv4 too unless a family is named, and a name may stand for both.
    const bool both = !endpoint.address() || endpoint.host() == "::";
    group.addresses.push_back(both ? with_family(endpoint, family) : endpoint);
  }
  return group;
}

// tcp4://127.0.0.1:7 is tcp://127.0.0.1:7.
std::string name_of(const Endpoint& endpoint) {
  const auto address = endpoint.address();
  return (address ? Endpoint::of(endpoint.transport(), *address, endpoint.port()) : endpoint)
      .to_string();
}

// Of ranges and of port 0 each takes another port.
void refuse_doubles(const std::vector<ListenGroup>& plan) {
  std::set<std::string> seen;
  for (const ListenGroup& group : plan) {
    if (group.ports.low != group.ports.high) continue;
    for (const Endpoint& address : group.addresses) {
      if (address.is_ip() && address.port() == 0) continue;
      const std::string name = name_of(address);
      if (!seen.insert(name).second) throw UsageError(name + " is given twice");
    }
  }
}

}  // namespace

bool secures_all_ports(const ServerOptions& options) {
  const bool named = std::ranges::any_of(options.endpoints, &Endpoint::is_tls);
  return options.tls || (!options.tls_cert.empty() && !named);
}

bool names_no_endpoint(const ServerOptions& options) {
  return options.endpoints.empty() && options.ports.ranges.empty() && options.unix_paths.empty();
}

std::vector<ListenGroup> plan_listening(const ServerOptions& options) {
  std::vector<ListenGroup> plan;
  const gnet::Family family = wanted_family(options.only_v4, options.only_v6);
  for (const Endpoint& endpoint : options.endpoints) {
    check_listens(endpoint);
    plan.push_back(group_of(with_family(endpoint, family)));
  }
  for (const PortRange& ports : options.ports.ranges) plan.push_back(group_of(ports, options));
  if (names_no_endpoint(options)) {
    plan.push_back(group_of({options.ports.fallback, options.ports.fallback}, options));
  }
  if (secures_all_ports(options)) {
    for (ListenGroup& group : plan) {
      for (Endpoint& address : group.addresses) {
        if (address.is_ip()) address = address.with_tls();
      }
    }
  }
  if (options.udp) {
    for (ListenGroup& group : plan) add_udp_twins(group);
  }
  for (const UnixPath& socket : options.unix_paths) {
    plan.push_back(group_of(Endpoint::unix_path(socket.path)));
  }
  refuse_doubles(plan);
  return plan;
}

}  // namespace cli
