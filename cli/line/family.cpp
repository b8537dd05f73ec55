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
  constexpr std::string_view kLoopback = "//127.0.0.1:";
  const std::string_view number = family == Family::v4 ? "4" : "6";
  // "tcp-listen://…" and "udp-listen://…": the number comes after three letters.
  std::string url = endpoint.url();
  try {
    if (endpoint.family() == Family::any) {
      const std::size_t loopback = url.find(kLoopback);
      if (family == Family::v6 && loopback != std::string::npos) {
        url.replace(loopback, kLoopback.size(), "//[::1]:");
      }
      return Endpoint::parse(url.insert(3, number));
    }
  } catch (const gnet::BadEndpoint&) {
    // What it was before was an endpoint: only the family can be wrong.
  }
  throw UsageError(fmt::format("-{} does not go with {}", number, endpoint.to_string()));
}

}  // namespace cli
