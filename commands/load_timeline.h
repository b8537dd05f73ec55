// --timeline: a line of JSON for each second of a run of gnet load, as it goes on.
//
//   LoadTimeline timeline("run.ndjson", began);
//   timeline.add(second);   // {"ts":"…","event":"second","at_s":1,…}, there when it returns
//
// Threads: one at a time.

#pragma once

#include <chrono>
#include <string>

#include "commands/line_file.h"
#include "commands/load_results.h"

namespace commands {

class LoadTimeline {
 public:
  // What was in the file is gone; "-" is standard output. Throws cli::Failure (io).
  LoadTimeline(const std::string& path, std::chrono::system_clock::time_point began)
      : file_(path), began_(began) {}

  // Throws cli::Failure (io).
  void add(const LoadSecond& second);

 private:
  LineFile file_;
  std::chrono::system_clock::time_point began_;
};

}  // namespace commands
