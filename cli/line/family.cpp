#include "cli/line/family.h"

#include <fmt/format.h>

#include "cli/out/failure.h"

namespace cli {

using gnet::Endpoint;
using gnet::Family;

void check_family(const Placed& options, bool only_v4, bool only_v6) {
  if (!only_v4 || !only_v6) return;
  throw UsageError(options.prefix.empty() ? "-4 and -6 exclude each other"
                                          : options.named("--ipv4 and --ipv6 exclude each other"));
}

gnet::Family wanted_family(bool only_v4, bool only_v6) noexcept {
  if (only_v4) return Family::v4;
  return only_v6 ? Family::v6 : Family::any;
}

Endpoint with_family(const Endpoint& endpoint, Family family) {
  if (family == Family::any || family == endpoint.family() || endpoint.is_unix()) return endpoint;
  try {
    if (endpoint.family() == Family::any) return endpoint.with_family(family);
  } catch (const gnet::BadEndpoint&) {
    // An address of the other one: it is said below, with the option.
  }
  throw UsageError(
      fmt::format("-{} does not go with {}", family == Family::v4 ? 4 : 6, endpoint.to_string()));
}

}  // namespace cli
