// The way from a client's options to a connection: which endpoint, from which
// address, through which interface.
//
//   const cli::Route route = cli::route_to(target, options);
//   gnet::Stream stream = gnet::connect(route.endpoint, route.options);

#pragma once

#include "cli/client/client_options.h"
#include "gnet/io/connect.h"

namespace cli {

struct Route {
  gnet::Endpoint endpoint;
  gnet::ConnectOptions options;
};

// What -4, -6, --unix, --connect-to, --resolve, --source, --interface and --connect-timeout make of
// a target. Throws Failure (resolve) when --resolve has no address of the family that is wanted,
// and UsageError for a bad --source and a target that is not of that family or only for listening.
[[nodiscard]] Route route_to(const gnet::Endpoint& target, const ClientOptions& options);

}  // namespace cli
