// The counters of a server: as an event, and as a line for people.
//
//   cli::post_event(cli::stats_event(cli::totals(factories)));
//
// Threads: as the factories.

#pragma once

#include <string>
#include <vector>

#include "cli/out/json.h"
#include "gnet/protocol/factory.h"

namespace cli {

using Factories = std::vector<gnet::Factory*>;

// Of all of them. Suspends where they have several hubs.
[[nodiscard]] gnet::FactoryCounters totals(const Factories& factories);

// Adds all of them to an object.
[[nodiscard]] JsonObject with_counters(JsonObject object, const gnet::FactoryCounters& counters);
[[nodiscard]] JsonObject stats_event(const gnet::FactoryCounters& counters);
[[nodiscard]] std::string stats_text(const gnet::FactoryCounters& counters);

// A line for each connection there is. Suspends.
[[nodiscard]] std::string connections_text(const Factories& factories);

}  // namespace cli
