#include "commands/load_conditions.h"

#include <array>
#include <optional>

#include "commands/load_text.h"

namespace commands {
namespace {

constexpr std::array<MeasureName, 13> kLoadMeasures{{
    {"p", Measure::percentile},
    {"min", Measure::time},
    {"mean", Measure::time},
    {"max", Measure::time},
    {"errors", Measure::count_or_share},
    {"dropped", Measure::count_or_share},
    {"non2xx", Measure::count_or_share},
    {"4xx", Measure::count_or_share},
    {"5xx", Measure::count_or_share},
    {"answers", Measure::count},
    {"rps", Measure::rate},
    {"throughput", Measure::byte_rate},
    {"connections", Measure::count},
}};

// A number, or its share of so many; of none at all it is none.
double number_or_share(const Condition& condition, std::uint64_t count, std::uint64_t all) {
  const auto number = static_cast<double>(count);
  if (condition.unit != Condition::Unit::share) return number;
  return all == 0 ? 0 : number / static_cast<double>(all);
}

std::uint64_t without_2xx(const LoadTally& tally) {
  std::uint64_t count = 0;
  for (const auto& [status, times] : tally.statuses) count += status / 100 == 2 ? 0 : times;
  return count;
}

std::optional<double> latency(const Condition& condition, const gnet::FineHistogram& latencies) {
  if (latencies.count() == 0) return std::nullopt;
  const auto nanoseconds = [](gnet::Duration time) { return static_cast<double>(time.count()); };
  if (condition.name == "min") return nanoseconds(latencies.min());
  if (condition.name == "mean") return nanoseconds(latencies.mean());
  if (condition.name == "max") return nanoseconds(latencies.max());
  return nanoseconds(latencies.percentile(condition.percentile));
}

std::optional<double> measured(const Condition& condition, const LoadResults& results,
                               const LoadView& view) {
  const LoadTally& total = results.total;
  const std::string& name = condition.name;
  if (condition.unit == Condition::Unit::nanoseconds) {
    return latency(condition, view.leading(total));
  }
  if (name == "errors") return number_or_share(condition, total.failures(), total.started);
  if (name == "dropped") {
    return number_or_share(condition, total.dropped, total.started + total.dropped);
  }
  if (name == "non2xx") return number_or_share(condition, without_2xx(total), total.answers);
  if (name == "4xx") return number_or_share(condition, total.with_status(4), total.answers);
  if (name == "5xx") return number_or_share(condition, total.with_status(5), total.answers);
  if (name == "answers") return static_cast<double>(total.answers);
  if (name == "connections") return static_cast<double>(results.connected);
  if (name == "rps") return results.rate();
  return throughput(results);
}

}  // namespace

std::vector<Condition> parse_load_conditions(std::string_view text, std::string_view option) {
  return parse_conditions(text, kLoadMeasures, option);
}

std::vector<std::string> true_conditions(const std::vector<Condition>& conditions,
                                         const LoadResults& results, const LoadView& view) {
  std::vector<std::string> found;
  for (const Condition& condition : conditions) {
    const auto value = measured(condition, results, view);
    if (!value || condition.holds(*value)) found.push_back(condition.about(value));
  }
  return found;
}

std::string first_untrue_condition(const std::vector<Condition>& conditions,
                                   const LoadResults& results, const LoadView& view) {
  for (const Condition& condition : conditions) {
    const auto value = measured(condition, results, view);
    if (!value || !condition.holds(*value)) return condition.about(value);
  }
  return {};
}

}  // namespace commands
