// What gnet load does, from its options to the exit status: one run, or several in search of a
// rate, and the reports.
//
//   return LoadJob(options).run();
//
// Threads: of the hub that made it; the runs have hubs of their own.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/out/exit_status.h"
#include "commands/load_options.h"
#include "commands/load_progress.h"
#include "commands/load_reports.h"
#include "commands/load_requests.h"
#include "commands/load_run.h"
#include "gnet/os/hub_group.h"

namespace commands {

class LoadJob {
 public:
  // Reads what the options name. Throws UsageError and Failure (io).
  explicit LoadJob(const LoadOptions& options);
  ~LoadJob();

  [[nodiscard]] cli::Exit run();

 private:
  struct Try;

  [[nodiscard]] cli::Exit work();
  void plan_one(LoadPlan& plan) const;
  void make_run(LoadStages stages, gnet::Duration time);
  void search();
  [[nodiscard]] bool try_rate(double rate, gnet::Duration time);
  [[nodiscard]] double capacity(gnet::Duration time);
  void announce() const;
  void pause();
  void summarize();
  [[nodiscard]] const LoadResults& results();
  [[nodiscard]] cli::Exit finish();

  const LoadOptions& options_;
  const LoadRequests requests_;
  LoadStages stages_;
  LoadReports reports_;
  LoadProgress progress_;
  std::optional<gnet::HubGroup> hubs_;
  std::unique_ptr<Try> now_;
  std::unique_ptr<Try> best_;  // of a search
  std::vector<LoadResults::Search> search_;
  double found_ = 0;
  LoadRun::Cut cut_ = LoadRun::Cut::by_signal;
  bool working_ = false;
  bool begun_ = false;
  bool finished_ = false;
};

}  // namespace commands
