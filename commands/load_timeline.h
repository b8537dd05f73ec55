// --timeline: a line of JSON for each second of a run of gnet load, as it goes on.
//
//   LoadTimeline timeline(LineFile("run.ndjson"), began);
//   timeline.add(second);   // {"ts":"…","event":"second","at_s":1,…}, there when it returns
//
// Threads: one at a time.

#pragma once

#include <chrono>
#include <utility>

#include "commands/line_file.h"
#include "commands/load_results.h"

namespace commands {

class LoadTimeline {
 public:
  LoadTimeline(LineFile file, std::chrono::system_clock::time_point began)
      : file_(std::move(file)), began_(began) {}

  // Throws cli::Failure (io).
  void add(const LoadSecond& second);

 private:
  LineFile file_;
  std::chrono::system_clock::time_point began_;
};

}  // namespace commands
