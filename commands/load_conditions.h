// The conditions of gnet load: --fail-if, of which none may be true, and --find-rate, of which all
// have to be.
//
//   const auto conditions = parse_load_conditions("p99>50ms errors>0.1%", "--fail-if");
//   for (const std::string& finding : true_conditions(conditions, results, view)) say(finding);
//
// Of latencies there are p50, p99.9 and so on, min, mean and max: those that lead the report. Of
// numbers there are errors (of answers that did not come, as a number or as a share of the requests
// that were sent), dropped (or as a share of those that were due), non2xx, 4xx and 5xx (or as a
// share of the answers), answers and connections (that were open at the same time); rps is answers
// a second, throughput the bytes a second in both directions.
//
// A latency of what was never answered makes a condition of --fail-if true, and fails one of
// --find-rate.
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/load_view.h"
#include "commands/measured_condition.h"

namespace commands {

// Throws cli::UsageError.
[[nodiscard]] std::vector<Condition> parse_load_conditions(std::string_view text,
                                                           std::string_view option);

// What was found of those that are true: "p99 is 61.2ms, which is > 50ms".
[[nodiscard]] std::vector<std::string> true_conditions(const std::vector<Condition>& conditions,
                                                       const LoadResults& results,
                                                       const LoadView& view);

// What was found of the first that is not true; empty: all of them are.
[[nodiscard]] std::string first_untrue_condition(const std::vector<Condition>& conditions,
                                                 const LoadResults& results, const LoadView& view);

}  // namespace commands
