#include "commands/load_worker.h"

#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "commands/load_stream.h"
#include "gnet/base/random.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/shrink_stack.h"
#include "gnet/fiber/wait.h"

namespace commands {
namespace {

using gnet::Clock;
using gnet::Deadline;
using gnet::Duration;
using gnet::TimePoint;

constexpr std::size_t kOpenAtOnce = 256;
constexpr std::uint64_t kMaxOutstanding = 10'000;
constexpr Duration kFirstRest = std::chrono::milliseconds(10);
constexpr Duration kLongestRest = std::chrono::seconds(1);
constexpr Duration kLoadFarewell = std::chrono::milliseconds(500);

Duration thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::uint64_t most_outstanding(const LoadOptions& options) {
  return options.max_outstanding ? options.max_outstanding->number : kMaxOutstanding;
}

std::uint64_t share_of(std::uint64_t all, std::uint64_t index, std::uint64_t parts) {
  return all * (index + 1) / parts - all * index / parts;
}

}  // namespace

// Counts a request as under way.
class LoadWorker::InFlight {
 public:
  InFlight(LoadWorker& worker, std::uint64_t count) : worker_(worker), count_(count) {
    worker_.in_flight_ += count_;
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { worker_.in_flight_ -= count_; }

 private:
  LoadWorker& worker_;
  const std::uint64_t count_;
};

LoadWorker::LoadWorker(LoadPlan& plan, std::uint64_t index, std::function<void()> over)
    : plan_(plan),
      index_(index),
      over_(std::move(over)),
      opening_(kOpenAtOnce),
      most_waiting_(std::max<std::uint64_t>(
          1, share_of(most_outstanding(plan.options), index, plan.workers))),
      warmup_(std::make_unique<LoadTally>()),
      measured_(std::make_unique<LoadTally>()) {
  // A timer of the kernel's may be late by 50 microseconds otherwise.
  prctl(PR_SET_TIMERSLACK, 1UL);
  values_.random.seed(gnet::random_bits());
  std::uint64_t number = 0;
  for (const LoadServer& server : plan_.requests.servers()) {
    for (std::uint64_t i = 0; i < server.connections; ++i, ++number) {
      if (number % plan_.workers != index_) continue;
      Connection& made = connections_.emplace_back();
      made.server = &server;
      made.turn = plan_.requests.begin(server, i);
      made.link = make_load_link(plan_.requests, server, bench_);
    }
  }
}

LoadWorker::~LoadWorker() {
  std::vector<gnet::AnyFiber*> fibers;
  for (Connection& connection : connections_) fibers.push_back(&connection.fiber);
  const gnet::Uninterruptible wait_out;
  gnet::killall(fibers);
}

void LoadWorker::connect() {
  running_ = connections_.size();
  for (Connection& connection : connections_) {
    connection.fiber = gnet::spawn([this, &connection] { live(connection); });
  }
  if (running_ == 0) over_();
}

void LoadWorker::start(TimePoint moment) {
  began_ = last_ = moment;
  measured_from_ = moment + plan_.warmup;
  end_ = plan_.length > Duration::zero() ? gnet::TimeSpan(plan_.length).after(moment)
                                         : TimePoint::max();
  if (plan_.is_open_loop()) {
    schedule_.emplace(plan_.stages, plan_.options.arrival,
                      LoadSchedule::Share{.index = index_,
                                          .of = plan_.workers,
                                          .limit = plan_.limit,
                                          .seed = gnet::random_bits() % 1'000'000'007 + 1});
  }
  running_ = connections_.size();
  started_.set();
  if (running_ == 0) over_();
}

void LoadWorker::live(Connection& connection) {
  open_first(connection);
  gnet::detail::shrink_stack();  // to connect takes more of it than to send and to wait
  if (--running_ == 0) over_();
  started_.wait();
  const Duration left = began_ - Clock::now();
  if (left > Duration::zero()) gnet::sleep(left);
  if (plan_.options.mode == LoadMode::stream) {
    stream(connection);
  } else if (plan_.options.pipeline.number > 1) {
    serve_pipelined(connection);
  } else {
    serve(connection);
  }
  gnet::move_on_after(kLoadFarewell, [&] {
    try {
      if (connection.link->is_open()) connection.link->finish();
    } catch (const std::exception&) {
      // It is of no more use anyway.
    }
  });
  if (--running_ == 0) over_();
}

void LoadWorker::open_first(Connection& connection) {
  if (plan_.options.no_keepalive) return;  // each request has one of its own
  const std::lock_guard turn(opening_);
  try {
    open(connection, Deadline::never());
  } catch (const std::exception&) {
    if (!failure_) failure_ = connection.server->dialler.as_failure(std::current_exception());
  }
}

void LoadWorker::open(Connection& connection, Deadline deadline) {
  LoadLink::Opening opening;
  gnet::CancelScope scope(deadline);
  if (!scope.run([&] { opening = connection.link->open(); })) {
    throw LoadFault(LoadError::timeout, "no connection in time");
  }
  most_open_ = std::max(most_open_, ++open_);
  connection.used = 0;
  connection.pause = {};
  LoadTally& tally = Clock::now() < measured_from_ ? *warmup_ : *measured_;
  ++tally.opened;
  if (opening.connect > Duration::zero()) tally.connect.record(opening.connect);
  if (opening.tls > Duration::zero()) tally.tls.record(opening.tls);
}

// ---- requests, one after another ----

void LoadWorker::serve(Connection& connection) {
  if (plan_.is_open_loop()) {
    while (const auto job = next_due()) perform(connection, *job);
    return;
  }
  TimePoint now = Clock::now();
  while (const auto job = next_job(now)) {
    perform(connection, *job);
    now = Clock::now();
  }
}

std::optional<LoadWorker::Job> LoadWorker::next_job(TimePoint now) {
  if (now >= end_) return std::nullopt;
  if (plan_.limit && plan_.taken.fetch_add(1, std::memory_order_relaxed) >= *plan_.limit) {
    return std::nullopt;
  }
  return Job{now, index_ + plan_.workers * numbered_++ + 1, paused_};
}

// One connection at a time watches the schedule; it leaves with the next job, and another has its
// turn.
std::optional<LoadWorker::Job> LoadWorker::next_due() {
  const std::lock_guard turn(turn_);
  for (;;) {
    const TimePoint now = Clock::now();
    find_due(now);
    if (!due_.empty()) {
      const Job job = due_.front();
      due_.pop_front();
      return job;
    }
    const auto next = schedule_->next();
    if (!next && (end_ == TimePoint::max() || now >= end_)) return std::nullopt;
    gnet::sleep((next ? began_ + *next : end_) - now);  // nothing may be due at the end of the time
  }
}

void LoadWorker::find_due(TimePoint now) {
  for (;;) {
    const auto next = schedule_->next();
    if (!next || began_ + *next > now) return;
    const Job job{began_ + *next, index_ + plan_.workers * numbered_++ + 1, paused_};
    schedule_->pop();
    if (in_flight_ + due_.size() < most_waiting_) {
      due_.push_back(job);
    } else {
      ++tally_for(job).dropped;
    }
  }
}

Deadline LoadWorker::limit_of(const Job& job) const {
  const Duration timeout = plan_.options.to.timeout;
  return timeout > Duration::zero() ? Deadline(gnet::TimeSpan(timeout).after(job.due))
                                    : Deadline::never();
}

void LoadWorker::perform(Connection& connection, const Job& job) {
  const InFlight in_flight(*this, 1);
  ++tally_for(job).started;
  bool opened = connection.link->is_open();
  try {
    ask(connection, job, opened);
  } catch (const std::exception&) {
    fail(connection, job, opened);
  }
  if (!connection.link->is_open() && connection.pause > Duration::zero()) {
    if (!plan_.is_open_loop()) gnet::sleep(connection.pause);
  }
}

void LoadWorker::ask(Connection& connection, const Job& job, bool& opened) {
  const Deadline deadline = limit_of(job);
  if (deadline.passed()) throw LoadFault(LoadError::timeout, "not sent in time");
  if (!opened) open(connection, deadline);
  opened = true;
  values_.number = job.number;
  const LoadRequest request = plan_.requests.next(connection.turn, values_);
  // In a closed loop the two are the same; the clock is not for nothing.
  const TimePoint sent = plan_.is_open_loop() ? Clock::now() : job.due;
  LoadLink::Heard heard;
  int status = 0;
  if (!exchange(connection, request, deadline, heard, status)) {
    reopen(connection, deadline, opened);
    connection.link->send(request, deadline);
    status = connection.link->receive(request, deadline, heard);
  }
  record(job, sent, heard, status);
  after_answer(connection);
}

// False: a connection that had been of use has ended without a byte, and may be had anew.
bool LoadWorker::exchange(Connection& connection, const LoadRequest& request, Deadline deadline,
                          LoadLink::Heard& heard, int& status) {
  try {
    connection.link->send(request, deadline);
    status = connection.link->receive(request, deadline, heard);
    return true;
  } catch (const std::exception&) {
    const auto fault = fault_of(*connection.server, true, std::current_exception());
    const bool gone = fault.first == LoadError::lost && heard.first == TimePoint();
    if (connection.used == 0 || !gone || !may_be_repeated(request)) throw;
  }
  return false;
}

void LoadWorker::reopen(Connection& connection, Deadline deadline, bool& opened) {
  connection.link->close();
  --open_;
  opened = false;
  open(connection, deadline);
  opened = true;
}

void LoadWorker::record(const Job& job, TimePoint sent, const LoadLink::Heard& heard, int status) {
  const Duration pause = paused_ - job.paused;
  tally_for(job).answered({.latency = heard.last - job.due - pause,
                           .uncorrected = heard.last - sent - pause,
                           .first_byte = heard.first - sent - pause,
                           .delay = sent - job.due},
                          status);
  if (heard.last >= measured_from_ && heard.last <= end_) ++measured_->in_time;
  last_ = heard.last;
}

void LoadWorker::after_answer(Connection& connection) {
  ++connection.used;
  const auto& reuse = plan_.options.reuse;
  const bool enough = plan_.options.no_keepalive || (reuse && connection.used >= reuse->number);
  if (enough && connection.link->is_open()) {
    try {
      connection.link->finish();
    } catch (const std::exception&) {
      connection.link->close();  // all the same: the answer had come
    }
  }
  if (!connection.link->is_open()) --open_;
}

// With the name of the server, where there are others.
std::pair<LoadError, std::string> LoadWorker::told_fault(const Connection& connection,
                                                         bool opened) const {
  auto fault = fault_of(*connection.server, opened, std::current_exception());
  if (plan_.requests.servers().size() > 1) {
    fault.second = connection.server->name + ": " + fault.second;
  }
  return fault;
}

void LoadWorker::fail(Connection& connection, const Job& job, bool opened) {
  const auto [error, text] = told_fault(connection, opened);
  if (error == LoadError::timeout && paused_ != job.paused) {
    --tally_for(job).started;  // there is no telling: nobody listened
  } else {
    tally_for(job).failed(error, text);
  }
  last_ = Clock::now();
  if (connection.link->is_open()) connection.link->close();
  if (opened) --open_;
  // A datagram is refused where a socket was open.
  if (error == LoadError::connect || (!opened && error != LoadError::timeout)) {
    connection.pause = std::clamp(connection.pause * 2, kFirstRest, kLongestRest);
  }
}

// ---- several requests on their way at a time ----

void LoadWorker::serve_pipelined(Connection& connection) {
  std::vector<Job> jobs;
  std::vector<std::string_view> methods;
  std::string bytes;
  for (;;) {
    const TimePoint now = Clock::now();
    jobs.clear();
    while (jobs.size() < plan_.options.pipeline.number) {
      const auto job = next_job(now);
      if (!job) break;
      jobs.push_back(*job);
    }
    if (jobs.empty()) return;
    const InFlight in_flight(*this, jobs.size());
    tally_for(jobs.front()).started += jobs.size();
    bool opened = connection.link->is_open();
    std::size_t answered = 0;
    try {
      const Deadline deadline = limit_of(jobs.front());
      if (!opened) open(connection, deadline);
      opened = true;
      bytes.clear();
      methods.clear();
      for (const Job& job : jobs) {
        values_.number = job.number;
        const LoadRequest request = plan_.requests.next(connection.turn, values_);
        bytes += request.bytes;
        methods.push_back(request.method);
      }
      connection.link->send({bytes, {}}, deadline);
      while (answered < jobs.size()) {
        LoadLink::Heard heard;
        const int status = connection.link->receive(
            {{}, methods[answered], answered + 1 == jobs.size()}, deadline, heard);
        if (heard.last == TimePoint()) heard.first = heard.last = Clock::now();
        record(jobs[answered], now, heard, status);
        if (!connection.link->is_open() && ++answered < jobs.size()) {
          throw LoadFault(LoadError::lost, "the server closed the connection between answers");
        }
        if (connection.link->is_open()) ++answered;
      }
      after_answer(connection);
    } catch (const std::exception&) {
      for (; answered + 1 < jobs.size(); ++answered) {
        const auto [error, text] = told_fault(connection, opened);
        tally_for(jobs[answered]).failed(error, text);
      }
      fail(connection, jobs.back(), opened);
    }
    if (!connection.link->is_open() && connection.pause > Duration::zero()) {
      gnet::sleep(connection.pause);
    }
  }
}

// ---- bytes without requests ----

void LoadWorker::stream(Connection& connection) {
  while (Clock::now() < end_) {
    const Job job{Clock::now(), 0, paused_};
    const InFlight in_flight(*this, 1);
    bool opened = connection.link->is_open();
    try {
      if (!opened) open(connection, Deadline(end_));
      opened = true;
      run_load_stream(*connection.link->stream(), plan_.options, bench_, end_);
      connection.link->close();
      --open_;
      return;
    } catch (const std::exception&) {
      if (Clock::now() >= end_ && !opened) return;
      fail(connection, job, opened);
    }
    if (connection.pause > Duration::zero()) {
      gnet::sleep(std::min<Duration>(connection.pause, end_ - Clock::now()));
    }
  }
}

// ---- what is found ----

void LoadWorker::shift(Duration pause) {
  paused_ += pause;
  began_ += pause;
  measured_from_ += pause;
  if (end_ != TimePoint::max()) end_ += pause;
  for (Job& job : due_) {
    job.due += pause;
    job.paused += pause;
  }
}

LoadWorker::Share LoadWorker::take(bool warm, std::unique_ptr<LoadTally> a,
                                   std::unique_ptr<LoadTally> b) {
  LoadTally& bytes = warm ? *warmup_ : *measured_;
  bytes.sent += bench_.sent - told_.sent;
  bytes.received += bench_.received - told_.received;
  told_.sent = bench_.sent;
  told_.received = bench_.received;
  return {.warmup = std::exchange(warmup_, std::move(a)),
          .measured = std::exchange(measured_, std::move(b)),
          .in_flight = in_flight_,
          .waiting = due_.size(),
          .open = open_,
          .most_open = most_open_,
          .last = last_,
          .cpu = thread_time()};
}

}  // namespace commands
