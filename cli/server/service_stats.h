// Counters, and how fast they grow, of the services of a process and of the process itself.
//
//   ServiceStats stats(instance);
//   client.reply(stats.take(units));   // rates since they began
//   client.reply(stats.take(units));   // rates since the last time
//
// Threads: belongs to the hub of the instance.

#pragma once

#include <map>
#include <string>

#include "cli/control/reply.h"
#include "cli/server/instance.h"
#include "cli/server/vital_signs.h"

namespace cli {

class ServiceStats {
 public:
  explicit ServiceStats(const Instance& instance) : instance_(instance) {}

  // In text for people, or in that of Prometheus. Suspends.
  [[nodiscard]] ControlReply take(const UnitsInUse& units, bool prometheus = false);

 private:
  struct Sample {
    gnet::TimePoint when;
    gnet::FactoryCounters counters;
  };
  struct Rates {
    double accepted = 0;  // all of them a second
    double datagrams = 0;
    double received_bytes = 0;
    double sent_bytes = 0;
  };
  [[nodiscard]] Rates rates(const Unit& unit, const gnet::FactoryCounters& counters);

  const Instance& instance_;
  std::map<std::string, Sample> last_;
};

}  // namespace cli
