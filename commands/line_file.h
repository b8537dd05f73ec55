// A file that gets its lines one after the other, or standard output.
//
//   LineFile file("run.ndjson");
//   file.write("{\"at_s\":1}\n");    // there when it returns
//
// Threads: one at a time.

#pragma once

#include <string>
#include <string_view>

#include "gnet/base/unique_fd.h"

namespace commands {

class LineFile {
 public:
  // What was in the file is gone; "-" is standard output. Throws cli::Failure (io).
  explicit LineFile(const std::string& path);

  // Whole lines. Throws cli::Failure (io).
  void write(std::string_view lines);

 private:
  gnet::UniqueFd fd_;  // none: standard output
  std::string path_;
};

}  // namespace commands
