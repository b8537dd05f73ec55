#include "cli/client/route.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/client/proxy_route.h"
#include "cli/line/family.h"
#include "cli/out/failure.h"

namespace cli {
namespace {

using gnet::Endpoint;
using gnet::Family;

// "10.0.0.1", "10.0.0.1:4000", "::1", "[::1]:4000".
Endpoint source_of(const std::string& text, gnet::Transport transport, const std::string& option) {
  asio::error_code error;
  const auto address = asio::ip::make_address(text, error);
  if (!error) return Endpoint::of(transport, address, 0);
  try {
    const Endpoint parsed = Endpoint::parse(text);
    if (const auto host = parsed.address()) return Endpoint::of(transport, *host, parsed.port());
  } catch (const gnet::BadEndpoint&) {
    // It is said below what it should be: an endpoint can be much that a source cannot.
  }
  throw UsageError(fmt::format("bad value '{}' for {}: must be ADDR or ADDR:PORT", text, option));
}

// The first that matches decides; there is no second look at where it leads.
Endpoint redirected(const Endpoint& target, const std::vector<Redirect>& redirects) {
  const auto found = std::ranges::find_if(redirects, [&](const Redirect& redirect) {
    return redirect.matches(target.host(), target.port());
  });
  if (found == redirects.end()) return target;
  return target.with_host(found->host_for(target.host())).with_port(found->port_for(target.port()));
}

std::vector<asio::ip::address> pinned(const Endpoint& endpoint, const ClientOptions& options) {
  auto addresses = pinned_addresses(options.resolve, endpoint.host(), endpoint.port());
  if (addresses.empty() || endpoint.family() == Family::any) return addresses;
  const bool v4 = endpoint.family() == Family::v4;
  std::erase_if(addresses, [v4](const auto& address) { return address.is_v4() != v4; });
  if (addresses.empty()) {
    throw Failure(Exit::resolve,
                  fmt::format("{} gives {} no IPv{} address", options.named("--resolve"),
                              endpoint.short_name(), v4 ? 4 : 6),
                  {}, endpoint.to_string());
  }
  return addresses;
}

}  // namespace

Route route_to(const Endpoint& target, const ClientOptions& options) {
  if (target.idle()) {
    throw UsageError(
        fmt::format("bad endpoint '{}': 'idle' is for the listening side", target.url()));
  }
  try {
    target.check_connects();
  } catch (const gnet::BadEndpoint& error) {
    throw UsageError(error.what());
  }
  Route route{target.with_listen(false),
              {.timeout = options.connect_timeout, .interface = options.interface}};
  if (!options.unix_path.path.empty()) {
    route.endpoint = Endpoint::unix_path(options.unix_path.path);
  } else if (target.is_ip()) {
    const Family wanted = wanted_family(options.only_v4, options.only_v6);
    route.endpoint = redirected(target, options.connect_to);
    if (wants_proxy(options)) {
      const auto addresses = pinned(route.endpoint, options);
      if (!addresses.empty()) {
        route.endpoint = route.endpoint.with_host(addresses.front().to_string());
      }
      route.endpoint = with_family(through_proxy(route.endpoint, options), wanted);
    } else {
      route.endpoint =
          with_family(route.endpoint, wanted == Family::any ? target.family() : wanted);
    }
    for (const auto& address : pinned(route.endpoint, options)) {
      route.options.addresses.emplace_back(address, route.endpoint.port());
    }
  }
  if (wants_proxy(options) && !route.endpoint.proxy()) {
    static_cast<void>(through_proxy(route.endpoint, options));  // which says why not
  }
  if (!options.source.empty()) {
    if (target.is_local()) {
      throw UsageError(
          fmt::format("{} makes no sense for {}", options.named("--source"), target.to_string()));
    }
    route.options.source =
        source_of(options.source, route.endpoint.transport(), options.named("--source"));
  }
  return route;
}

}  // namespace cli
