#include "cli/server/counters.h"

#include <fmt/format.h>

#include "cli/out/plural.h"
#include "gnet/base/size.h"
#include "gnet/io/endpoint.h"
#include "gnet/protocol/connection.h"

namespace cli {

gnet::FactoryCounters totals(const Factories& factories) {
  gnet::FactoryCounters sum;
  for (const gnet::Factory* factory : factories) sum += factory->counters();
  return sum;
}

JsonObject with_counters(JsonObject object, const gnet::FactoryCounters& counters) {
  return object.add("accepted", counters.accepted)
      .add("refused", counters.refused)
      .add("active", counters.active)
      .add("rx_bytes", counters.received_bytes)
      .add("tx_bytes", counters.sent_bytes)
      .add("datagrams", counters.datagrams)
      .add("truncated", counters.truncated)
      .add("unsent", counters.unsent);
}

JsonObject stats_event(const gnet::FactoryCounters& counters) {
  return with_counters(event("stats"), counters);
}

std::string stats_text(const gnet::FactoryCounters& counters) {
  std::string text =
      fmt::format("{} accepted, {} refused, {} active, {} in, {} out, {}", counters.accepted,
                  counters.refused, counters.active, gnet::format_size(counters.received_bytes),
                  gnet::format_size(counters.sent_bytes), plural(counters.datagrams, "datagram"));
  if (counters.truncated > 0) text += fmt::format(", {} truncated", counters.truncated);
  if (counters.unsent > 0) text += fmt::format(", {} unsent", counters.unsent);
  return text;
}

std::string connections_text(const Factories& factories) {
  std::string text;
  for (gnet::Factory* factory : factories) {
    factory->visit_connections([&text](gnet::Connection& connection) {
      text += fmt::format("  #{} {} {}, {} in, {} out\n", connection.session_id(),
                          connection.peer().short_name(), to_string(connection.state()),
                          gnet::format_size(connection.received_bytes()),
                          gnet::format_size(connection.sent_bytes()));
    });
  }
  return text;
}

}  // namespace cli
