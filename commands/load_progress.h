// The line that gnet load shows while it runs, on standard error.
//
//   LoadProgress progress(options);
//   progress.show(standing, run.recent());
//
// Threads: of one hub.

#pragma once

#include "commands/load_options.h"
#include "commands/load_run.h"

namespace commands {

class LoadProgress {
 public:
  explicit LoadProgress(const LoadOptions& options);
  LoadProgress(const LoadProgress&) = delete;
  LoadProgress& operator=(const LoadProgress&) = delete;
  ~LoadProgress() { wipe(); }

  // How often it wants to be shown; 0: not at all.
  [[nodiscard]] gnet::Duration every() const noexcept { return every_; }

  // `recent` is the last second, `total` all that was measured.
  void show(const LoadRun::Standing& standing, const LoadTally& recent, const LoadTally& total);
  void wipe();

 private:
  bool at_terminal_ = false;
  bool dirty_ = false;
  gnet::Duration every_{};
};

}  // namespace commands
