// One run of gnet load: its workers on all hubs, its seconds, and what has come of it.
//
//   LoadPlan plan{options, requests};
//   LoadRun run(plan, hubs, {.second = [&](const LoadSecond& second) { log.add(second); }});
//   run.run();
//   report(run.results());
//
// Threads: of hub 0 of the group.

#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "commands/load_results.h"
#include "commands/load_worker.h"
#include "gnet/os/hub_group.h"
#include "gnet/sync/event.h"

namespace commands {

class LoadRun {
 public:
  // How things stand, for a line of progress.
  struct Standing {
    gnet::Duration elapsed{};  // warm-up included
    gnet::Duration length{};   // 0: until so many requests are done
    bool connecting = false;
    bool ending = false;  // only answers are awaited
    std::uint64_t in_flight = 0;
    std::uint64_t waiting = 0;  // due, and not sent
    std::uint64_t connections = 0;
  };
  struct Listeners {
    // Before the first request.
    std::function<void(std::chrono::system_clock::time_point began)> begin = nullptr;
    std::function<void(const LoadSecond& second)> second = nullptr;
    std::function<void(const Standing& standing)> tick = nullptr;
    gnet::Duration tick_every{};  // 0: never
  };

  LoadRun(LoadPlan& plan, gnet::HubGroup& hubs, Listeners listeners);
  LoadRun(const LoadRun&) = delete;
  LoadRun& operator=(const LoadRun&) = delete;
  ~LoadRun();  // suspends

  // Suspends until it is over. Throws the Failure of a connection where none could be opened.
  void run();

  // Stops the process until somebody has it go on (SIGSTOP, SIGCONT), with all hubs at rest. The
  // time of that is not counted.
  void pause();

  // Ends what is left of it, and says that it is not all.
  enum class Cut { by_signal, by_failure };
  void cut(Cut why);

  // Whether requests are, or were, sent: before that there is nothing to tell.
  [[nodiscard]] bool has_begun() const noexcept { return second_began_ != gnet::TimePoint(); }
  // All that is known, of the warm-up if there is no more yet. Suspends if it still runs.
  [[nodiscard]] LoadResults& results();
  // The last second, and all that was measured, while it runs.
  [[nodiscard]] const LoadTally& recent() const noexcept { return *recent_; }
  [[nodiscard]] const LoadTally& total() const noexcept { return results_->total; }

 private:
  struct Phase;

  void make_workers();
  void await_connections();
  void begin();
  void tick();
  void add(LoadWorker::Share share);
  void end_second(gnet::TimePoint now);
  void conclude();
  [[nodiscard]] gnet::TimePoint next_tick(gnet::TimePoint now) const;
  [[nodiscard]] Standing standing() const;
  [[nodiscard]] gnet::Duration measured() const;
  [[nodiscard]] LoadResults& warmup_results(gnet::TimePoint until);
  template <typename F>
  void on_all(F&& function);

  LoadPlan& plan_;
  gnet::HubGroup& hubs_;
  const Listeners listeners_;
  std::vector<std::unique_ptr<LoadWorker>> workers_;
  std::shared_ptr<Phase> phase_;
  gnet::Semaphore ticking_;
  std::unique_ptr<LoadResults> results_ = std::make_unique<LoadResults>();
  std::unique_ptr<LoadResults> early_;  // of a run that is still in its warm-up
  std::unique_ptr<LoadTally> warmup_ = std::make_unique<LoadTally>();
  std::unique_ptr<LoadTally> second_ = std::make_unique<LoadTally>();
  std::unique_ptr<LoadTally> recent_ = std::make_unique<LoadTally>();
  std::vector<std::unique_ptr<LoadTally>> spare_;
  std::vector<gnet::Duration> cpu_before_;
  std::vector<gnet::Duration> cpu_;
  gnet::TimePoint began_;
  gnet::TimePoint second_began_;
  gnet::TimePoint next_paint_;
  gnet::TimePoint last_answer_;
  gnet::TimePoint ticked_;
  gnet::TimePoint cut_at_;
  bool running_ = false;
  bool concluded_ = false;
  std::uint64_t in_flight_ = 0;
  std::uint64_t waiting_ = 0;
  std::uint64_t open_ = 0;
  std::uint64_t most_open_ = 0;
};

}  // namespace commands
