// The report of gnet load as a page of HTML: curves of latency, the run second by second, and the
// tables. One file, which has no script and asks nobody for anything.
//
//   cli::print(load_page(results, view, verdict));
//
// Threads: functions without state.

#pragma once

#include <string>

#include "commands/load_verdict.h"
#include "commands/load_view.h"

namespace commands {

[[nodiscard]] std::string load_page(const LoadResults& results, const LoadView& view,
                                    const LoadVerdict& verdict);

}  // namespace commands
