// What gnet load has found, for programs: one document of JSON, and a second as an object or as a
// line of CSV. schema/load.json says what is in them.
//
//   cli::print_line(load_document(results, view, verdict).text());
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>

#include "cli/out/json.h"
#include "commands/load_verdict.h"
#include "commands/load_view.h"

namespace commands {

// By these --compare knows a document. Keys may be added to a version.
inline constexpr std::string_view kLoadDocument = "gnet load";
inline constexpr int kLoadVersion = 1;

[[nodiscard]] cli::JsonObject load_document(const LoadResults& results, const LoadView& view,
                                            const LoadVerdict& verdict);

// Without when it was: "at_s" is its end, since the run began.
[[nodiscard]] cli::JsonObject load_second(const LoadSecond& second);

// A line of names, and one for each second, which has the members of load_second() in their order.
[[nodiscard]] std::string load_csv(const LoadResults& results);

}  // namespace commands
