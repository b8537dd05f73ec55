// What -4 and -6 make of an endpoint.

#pragma once

#include "cli/line/part.h"
#include "gnet/io/endpoint.h"

namespace cli {

// Throws UsageError for -4 and -6 together.
void check_family(const Placed& options, bool only_v4, bool only_v6);

// The family that the two options ask for.
[[nodiscard]] gnet::Family wanted_family(bool only_v4, bool only_v6) noexcept;

// As Endpoint::with_family(), but Family::any changes nothing. Throws UsageError when the endpoint
// names an address of the other family, or its scheme asks for that.
[[nodiscard]] gnet::Endpoint with_family(const gnet::Endpoint& endpoint, gnet::Family family);

}  // namespace cli
