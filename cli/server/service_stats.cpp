#include "cli/server/service_stats.h"

#include <fmt/format.h>

#include <iterator>

#include "gnet/base/size.h"

namespace cli {
namespace {

std::int64_t microseconds(gnet::Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

double per_second(std::uint64_t now, std::uint64_t before, double seconds) {
  return seconds > 0 && now > before ? static_cast<double>(now - before) / seconds : 0;
}

JsonObject as_json(const VitalSigns& signs) {
  return JsonObject()
      .add("lag_us", microseconds(signs.lag))
      .add("fibers", signs.fibers)
      .add("threads", signs.threads)
      .add("fds", signs.files)
      .add("rss_bytes", signs.resident)
      .add("cpu_us", microseconds(signs.cpu));
}

std::string as_text(const VitalSigns& signs) {
  return fmt::format("{} fibers on {} threads, loop lag {}, {} descriptors, {} resident, cpu {}\n",
                     signs.fibers, signs.threads, gnet::format_duration(signs.lag, 2), signs.files,
                     gnet::format_size(signs.resident), gnet::format_duration(signs.cpu, 2));
}

// What one line each says of a service.
struct Metric {
  const char* name;
  const char* kind;
  const char* help;
  std::uint64_t gnet::FactoryCounters::*counter;
};

constexpr Metric kMetrics[] = {
    {"service_accepted_total", "counter", "Connections made", &gnet::FactoryCounters::accepted},
    {"service_refused_total", "counter", "Connections turned away",
     &gnet::FactoryCounters::refused},
    {"service_active", "gauge", "Connections alive", &gnet::FactoryCounters::active},
    {"service_received_bytes_total", "counter", "Bytes received",
     &gnet::FactoryCounters::received_bytes},
    {"service_sent_bytes_total", "counter", "Bytes sent", &gnet::FactoryCounters::sent_bytes},
    {"service_datagrams_total", "counter", "Datagrams received", &gnet::FactoryCounters::datagrams},
};

using Counted = std::vector<std::pair<const Unit*, gnet::FactoryCounters>>;

std::string as_prometheus(const Counted& all, const VitalSigns& signs) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const Metric& metric : kMetrics) {
    fmt::format_to(out, "# HELP gnet_{0} {2}\n# TYPE gnet_{0} {1}\n", metric.name, metric.kind,
                   metric.help);
    for (const auto& [unit, counters] : all) {
      fmt::format_to(out, "gnet_{}{{service=\"{}\"}} {}\n", metric.name, unit->name(),
                     counters.*metric.counter);
    }
  }
  const auto gauge = [&out](const char* name, const char* help, auto value) {
    fmt::format_to(out, "# HELP gnet_{0} {1}\n# TYPE gnet_{0} gauge\ngnet_{0} {2}\n", name, help,
                   value);
  };
  gauge("loop_lag_seconds", "Until a fiber that is ready runs",
        static_cast<double>(microseconds(signs.lag)) / 1e6);
  gauge("fibers", "Fibers alive", signs.fibers);
  gauge("threads", "Threads with fibers", signs.threads);
  gauge("open_fds", "Open descriptors", signs.files);
  gauge("resident_memory_bytes", "Memory in use", signs.resident);
  // Of several services of HTTP only the first is told in full: their lines have no name of it.
  for (const auto& [unit, counters] : all) {
    const std::string more = unit->metrics();
    if (!more.empty()) return text + more;
  }
  return text;
}

}  // namespace

ServiceStats::Rates ServiceStats::rates(const Unit& unit, const gnet::FactoryCounters& counters) {
  const gnet::TimePoint now = gnet::Clock::now();
  const auto [place, is_first] = last_.try_emplace(unit.name(), Sample{unit.since(), {}});
  const Sample before = std::exchange(place->second, Sample{now, counters});
  const double seconds = std::chrono::duration<double>(now - before.when).count();
  return {.accepted = per_second(counters.accepted, before.counters.accepted, seconds),
          .datagrams = per_second(counters.datagrams, before.counters.datagrams, seconds),
          .received_bytes =
              per_second(counters.received_bytes, before.counters.received_bytes, seconds),
          .sent_bytes = per_second(counters.sent_bytes, before.counters.sent_bytes, seconds)};
}

ControlReply ServiceStats::take(const UnitsInUse& units, bool prometheus) {
  Counted all;
  std::vector<JsonObject> services;
  std::vector<std::vector<std::string>> rows{{"SERVICE", "STATE", "ACTIVE", "ACCEPTED", "REFUSED",
                                              "DATAGRAMS", "IN", "OUT", "IN/s", "OUT/s", "NEW/s"}};
  for (const Unit* unit : units) {
    const gnet::FactoryCounters counters = unit->counters();
    const Rates rate = rates(*unit, counters);
    all.emplace_back(unit, counters);
    services.push_back(JsonObject()
                           .add("name", unit->name())
                           .add("state", to_string(unit->state()))
                           .merge(with_counters(JsonObject(), counters))
                           .add("accepted_per_s", rate.accepted)
                           .add("rx_bytes_per_s", rate.received_bytes)
                           .add("tx_bytes_per_s", rate.sent_bytes)
                           .add("datagrams_per_s", rate.datagrams));
    const auto whole = [](double value) { return static_cast<std::uint64_t>(value); };
    rows.push_back(
        {unit->name(), std::string(to_string(unit->state())), std::to_string(counters.active),
         std::to_string(counters.accepted), std::to_string(counters.refused),
         std::to_string(counters.datagrams), gnet::format_size(counters.received_bytes),
         gnet::format_size(counters.sent_bytes), gnet::format_size(whole(rate.received_bytes)),
         gnet::format_size(whole(rate.sent_bytes)),
         fmt::format("{:.1f}", rate.accepted + rate.datagrams)});
  }
  const VitalSigns signs = measure(instance_.hubs());
  ControlReply reply;
  reply.facts.raw("services", json_list(services)).add("process", as_json(signs));
  reply.text = prometheus ? as_prometheus(all, signs) : text_table(rows) + as_text(signs);
  return reply;
}

}  // namespace cli
