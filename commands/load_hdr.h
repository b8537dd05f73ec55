// Latency as the tools of HdrHistogram read it: its log of intervals, and its table of percentiles.
//
//   LoadHdrLog log(LineFile("run.hlog"), began);
//   log.add(second);                 // a line, there when it returns
//   cli::print(hgrm(results.total.latency));
//
// The log is of version 1.3, times are seconds since StartTime, the longest one of an interval is
// in milliseconds, and its histogram is in nanoseconds, encoded as V2. Nothing is rounded: the
// places of a FineHistogram are those of an HdrHistogram with three digits.
//
// Threads: LoadHdrLog one at a time; the rest are functions without state.

#pragma once

#include <chrono>
#include <string>

#include "commands/line_file.h"
#include "commands/load_results.h"

namespace commands {

class LoadHdrLog {
 public:
  // Writes the head. Throws cli::Failure (io).
  LoadHdrLog(LineFile file, std::chrono::system_clock::time_point began);

  // A line for a second that counts and whose histogram is there. Throws cli::Failure (io).
  void add(const LoadSecond& second);

 private:
  LineFile file_;
};

// A histogram as the log has it, before it becomes base64: zlib around counts.
[[nodiscard]] std::string encode_hdr(const gnet::FineHistogram& histogram);

// "Value Percentile TotalCount 1/(1-Percentile)", in milliseconds, as wrk2 and the plotter of
// HdrHistogram have it.
[[nodiscard]] std::string hgrm(const gnet::FineHistogram& histogram);

}  // namespace commands
