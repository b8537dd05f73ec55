// The connections of gnet load on one hub, and what they find.
//
//   LoadWorker worker(plan, index, [&] { tell(); });
//   worker.connect();          // calls back when each connection was tried
//   worker.start(moment);      // calls back when all of them are done
//   results.merge(worker.take());
//
// A closed loop: each connection sends a request when the answer to the one before is there. An
// open loop: a schedule says when a request is due, and the connection that is free longest takes
// it. One that is due while none is free waits for its turn, and its time runs.
//
// Threads: of one hub, but for the plan, which all of them share.

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/load_link.h"
#include "commands/load_requests.h"
#include "commands/load_results.h"
#include "commands/load_schedule.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "gnet/sync/semaphore.h"

namespace commands {

// What a run is to be. Set before its workers are made.
struct LoadPlan {
  const LoadOptions& options;
  const LoadRequests& requests;
  std::uint64_t workers = 1;
  LoadStages stages = {};   // none: closed loop
  gnet::Duration length{};  // none: as many requests as the limit says
  gnet::Duration warmup{};
  std::optional<std::uint64_t> limit = {};
  std::atomic<std::uint64_t> taken{0};  // of the limit, in a closed loop

  [[nodiscard]] bool is_open_loop() const noexcept { return !stages.empty(); }
};

class LoadWorker {
 public:
  LoadWorker(LoadPlan& plan, std::uint64_t index, std::function<void()> over);
  LoadWorker(const LoadWorker&) = delete;
  LoadWorker& operator=(const LoadWorker&) = delete;
  ~LoadWorker();  // suspends: ends what runs

  // Begins to open the connections. It is over when each of them is open or has failed.
  void connect();
  // The first failure of those, if there was one.
  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

  // Begins to send at that moment. It is over when nothing is left to be sent or awaited.
  void start(gnet::TimePoint moment);

  // The generator itself stood still for so long: what was under way, or due, is not blamed for it.
  void shift(gnet::Duration pause);

  // What was found since the last time, apart from each other for requests that began in the
  // warm-up and for others, and how things stand.
  struct Share {
    std::unique_ptr<LoadTally> warmup;
    std::unique_ptr<LoadTally> measured;
    std::uint64_t in_flight = 0;
    std::uint64_t waiting = 0;  // due, and not sent
    std::uint64_t open = 0;
    std::uint64_t most_open = 0;  // at the same time, so far
    gnet::TimePoint last{};       // when the last answer came
    gnet::Duration cpu{};         // of this thread, so far
  };
  // Takes two that are empty for it. `warm`: it is the warm-up whose bytes these are.
  [[nodiscard]] Share take(bool warm, std::unique_ptr<LoadTally> a, std::unique_ptr<LoadTally> b);

 private:
  struct Connection {
    std::unique_ptr<LoadLink> link;
    const LoadServer* server = nullptr;
    LoadRequests::Turn turn;
    std::uint64_t used = 0;  // for requests, since it was opened
    gnet::Duration pause{};  // after an attempt to open it that failed
    gnet::Fiber<> fiber;
  };
  struct Job {
    gnet::TimePoint due;
    std::uint64_t number = 0;
    gnet::Duration paused{};  // what pauses there were before
  };
  class InFlight;

  void live(Connection& connection);
  void open_first(Connection& connection);
  void serve(Connection& connection);
  void serve_pipelined(Connection& connection);
  void stream(Connection& connection);
  [[nodiscard]] std::optional<Job> next_job(gnet::TimePoint now);
  [[nodiscard]] std::optional<Job> next_due();
  void find_due(gnet::TimePoint now);
  void perform(Connection& connection, const Job& job);
  void ask(Connection& connection, const Job& job, bool& opened);
  bool exchange(Connection& connection, const LoadRequest& request, gnet::Deadline deadline,
                LoadLink::Heard& heard, int& status);
  void open(Connection& connection, gnet::Deadline deadline);
  void reopen(Connection& connection, gnet::Deadline deadline, bool& opened);
  void record(const Job& job, gnet::TimePoint sent, const LoadLink::Heard& heard, int status);
  [[nodiscard]] std::pair<LoadError, std::string> told_fault(const Connection& connection,
                                                             bool opened) const;
  void fail(Connection& connection, const Job& job, bool opened);
  void after_answer(Connection& connection);
  [[nodiscard]] gnet::Deadline limit_of(const Job& job) const;
  [[nodiscard]] LoadTally& tally_for(const Job& job) const {
    return job.due + (paused_ - job.paused) < measured_from_ ? *warmup_ : *measured_;
  }

  LoadPlan& plan_;
  const std::uint64_t index_;
  const std::function<void()> over_;
  LoadBench bench_;
  LoadBench told_;  // of its bytes
  LoadValues values_;
  std::deque<Connection> connections_;
  gnet::Semaphore opening_;
  std::uint64_t running_ = 0;
  std::exception_ptr failure_;
  gnet::Event started_;

  gnet::TimePoint began_;
  gnet::TimePoint end_;
  gnet::TimePoint measured_from_;
  gnet::TimePoint last_;
  gnet::Duration paused_{};  // all pauses
  std::optional<LoadSchedule> schedule_;
  gnet::Semaphore turn_;  // to look at it
  std::deque<Job> due_;   // and not sent
  std::uint64_t most_waiting_ = 0;
  std::uint64_t numbered_ = 0;
  std::uint64_t in_flight_ = 0;
  std::uint64_t open_ = 0;
  std::uint64_t most_open_ = 0;
  std::unique_ptr<LoadTally> warmup_;
  std::unique_ptr<LoadTally> measured_;
};

}  // namespace commands
