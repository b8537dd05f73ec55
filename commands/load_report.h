// The report of gnet load for people, as text.
//
//   cli::print(load_report(results, view, verdict));
//
//   http://127.0.0.1:8080/
//     elapsed       10s, after 1s of warm-up, 2 threads
//     requests      19,998 answered, 1,999.8/s of 2,000/s intended
//     …
//   latency         corrected        uncorrected
//            since it was due  since it was sent
//     p99              61.2ms              1.3ms
//
// Threads: functions without state.

#pragma once

#include <string>

#include "commands/load_verdict.h"
#include "commands/load_view.h"

namespace commands {

[[nodiscard]] std::string load_report(const LoadResults& results, const LoadView& view,
                                      const LoadVerdict& verdict);

// Bars over spans of time, at most twelve lines; nothing of no answers.
[[nodiscard]] std::string load_bars(const gnet::FineHistogram& histogram, bool utf8);

}  // namespace commands
