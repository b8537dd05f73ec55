// All that a run of gnet load reports: beside it, while it goes on, and at its end.
//
//   LoadReports reports(options);        // nothing is sent before this has found them right
//   reports.open();                      // and this has their files
//   reports.begin(results.began);
//   reports.second(second);              // each, as it ends
//   return reports.finish(results) ? cli::Exit::ok : cli::Exit::negative;
//
// Threads: one at a time, that of the hub which merges what the others have found.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "commands/line_file.h"
#include "commands/load_hdr.h"
#include "commands/load_timeline.h"
#include "commands/load_verdict.h"
#include "commands/load_view.h"
#include "commands/measured_condition.h"

namespace commands {

// Throws cli::UsageError for options of the report that are wrong, or do not go together.
void check_load_reports(const LoadOptions& options);

class LoadReports {
 public:
  // Reads the run of --compare. Throws cli::UsageError, as above and for one that is no run, and
  // cli::Failure (io). The options have to live as long.
  explicit LoadReports(const LoadOptions& options);

  // Opens the files of --output, --timeline and --hdr, which all that follows needs. Throws
  // cli::Failure (io).
  void open();

  // The first request is about to be sent. Throws cli::Failure (io).
  void begin(std::chrono::system_clock::time_point began);

  // A second has ended. Throws cli::Failure (io).
  void second(const LoadSecond& second);

  // The report as text, of what is known so far: what SIGUSR1 asks for.
  [[nodiscard]] std::string interim(const LoadResults& results) const;

  // Why a rate does not do for --find-rate; empty: it does.
  [[nodiscard]] std::string against(const LoadResults& results) const;

  // Writes the report. False: --fail-if or --regress has something against the run. Throws
  // cli::Failure (io).
  bool finish(const LoadResults& results);

 private:
  [[nodiscard]] LoadVerdict verdict_on(const LoadResults& results) const;
  [[nodiscard]] std::string render(const LoadResults& results, const LoadVerdict& verdict) const;
  [[nodiscard]] bool is_hidden() const noexcept;

  const LoadOptions& options_;
  LoadFormat format_;
  LoadView view_;
  std::vector<Condition> fail_if_;
  std::vector<Condition> find_rate_;
  std::optional<LoadBase> base_;
  std::optional<LineFile> output_;
  std::optional<LineFile> timeline_file_;  // until the log has it
  std::optional<LineFile> hdr_file_;
  std::optional<LoadTimeline> timeline_;
  std::optional<LoadHdrLog> hdr_;
};

}  // namespace commands
