#include "commands/load_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <utility>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub.h"

namespace commands {
namespace {

using gnet::Clock;
using gnet::Duration;
using gnet::TimePoint;

constexpr Duration kSecond = std::chrono::seconds(1);
constexpr Duration kLead = std::chrono::milliseconds(1);  // for all threads to hear of the start
constexpr double kBusy = 0.9;                             // of a core

double to_seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

// What all workers are waited for. It outlives the run: a letter may still be on its way.
struct LoadRun::Phase {
  gnet::Event over;
  std::size_t left = 0;
};

template <typename F>
void LoadRun::on_all(F&& function) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    hubs_.run(i, [&] { function(workers_[i]); });
  }
}

LoadRun::LoadRun(LoadPlan& plan, gnet::HubGroup& hubs, Listeners listeners)
    : plan_(plan),
      hubs_(hubs),
      listeners_(std::move(listeners)),
      phase_(std::make_shared<Phase>()) {
  plan_.workers = hubs_.size();
  results_->targets = plan_.requests.names();
  results_->open_loop = plan_.is_open_loop();
  results_->stream = plan_.options.mode == LoadMode::stream;
  results_->warmup = plan_.warmup;
  results_->threads = plan_.workers;
  results_->connections = plan_.options.connections.number;
  if (results_->open_loop && plan_.length > plan_.warmup) {
    const double all = requests_of(plan_.stages) -
                       rate_at(plan_.stages, Duration::zero()) * to_seconds(plan_.warmup);
    results_->intended_rate = all / to_seconds(plan_.length - plan_.warmup);
  } else {
    results_->intended_rate = rate_at(plan_.stages, Duration::zero());
  }
}

LoadRun::~LoadRun() {
  const gnet::Uninterruptible wait_out;
  on_all([](std::unique_ptr<LoadWorker>& worker) { worker.reset(); });
}

void LoadRun::run() {
  make_workers();
  running_ = true;
  await_connections();
  begin();
  for (;;) {
    const TimePoint next = next_tick(Clock::now());
    const bool over = phase_->over.wait(gnet::Deadline(next));
    tick();
    if (over) break;
  }
  conclude();
}

void LoadRun::make_workers() {
  workers_.resize(hubs_.size());
  cpu_.resize(hubs_.size());
  cpu_before_.resize(hubs_.size());
  const auto mailbox = gnet::Hub::current().mailbox();
  const auto over = [mailbox, phase = phase_] {
    mailbox->post([phase] {
      if (--phase->left == 0) phase->over.set();
    });
  };
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    hubs_.run(i, [&] { workers_[i] = std::make_unique<LoadWorker>(plan_, i, over); });
  }
}

// A server that is not there is better told at once.
void LoadRun::await_connections() {
  began_ = Clock::now();
  phase_->left = workers_.size();
  results_->began = std::chrono::system_clock::now();
  on_all([](auto& worker) { worker->connect(); });
  while (!phase_->over.wait(
      gnet::Deadline(listeners_.tick_every > Duration::zero() ? listeners_.tick_every : kSecond))) {
    tick();
  }
  tick();
  if (open_ > 0 || plan_.options.no_keepalive) return;
  std::exception_ptr failure;
  on_all([&](auto& worker) {
    if (!failure) failure = worker->failure();
  });
  if (failure) std::rethrow_exception(failure);
}

void LoadRun::begin() {
  phase_->over.clear();
  phase_->left = workers_.size();
  began_ = second_began_ = last_answer_ = Clock::now() + kLead;
  next_paint_ = began_;
  results_->began = std::chrono::system_clock::now() +
                    std::chrono::duration_cast<std::chrono::system_clock::duration>(kLead);
  cpu_before_ = cpu_;
  if (listeners_.begin) listeners_.begin(results_->began);
  on_all([&](auto& worker) { worker->start(began_); });
}

TimePoint LoadRun::next_tick(TimePoint now) const {
  TimePoint next = second_began_ + kSecond;
  const auto consider = [&](TimePoint moment) {
    if (moment > now) next = std::min(next, moment);
  };
  consider(began_ + plan_.warmup);
  if (plan_.length > Duration::zero()) consider(gnet::TimeSpan(plan_.length).after(began_));
  if (listeners_.tick_every > Duration::zero()) consider(next_paint_);
  return next;
}

void LoadRun::tick() {
  const std::lock_guard turn(ticking_);
  const TimePoint now = Clock::now();
  const bool late = plan_.length > Duration::zero() && second_began_ != TimePoint() &&
                    ticked_ >= gnet::TimeSpan(plan_.length).after(began_);
  in_flight_ = waiting_ = open_ = most_open_ = 0;
  const bool warm = second_began_ != TimePoint() && second_began_ < began_ + plan_.warmup;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    while (spare_.size() < 2) spare_.push_back(std::make_unique<LoadTally>());
    auto a = std::move(spare_.back());
    spare_.pop_back();
    auto b = std::move(spare_.back());
    spare_.pop_back();
    LoadWorker::Share share;
    hubs_.run(i, [&] { share = workers_[i]->take(warm, std::move(a), std::move(b)); });
    cpu_[i] = share.cpu;
    add(std::move(share));
  }
  results_->connected = std::max(results_->connected, most_open_);
  if (!late) {
    results_->received_in_time = results_->total.received;
    results_->sent_in_time = results_->total.sent;
  }
  ticked_ = now;
  if (second_began_ != TimePoint()) {
    const TimePoint warm_end = began_ + plan_.warmup;
    if (warm && now >= warm_end) cpu_before_ = cpu_;
    if (now >= second_began_ + kSecond || (warm && now >= warm_end)) end_second(now);
  }
  if (listeners_.tick && now >= next_paint_) {
    listeners_.tick(standing());
    next_paint_ = now + listeners_.tick_every;
  }
}

void LoadRun::add(LoadWorker::Share share) {
  second_->merge(*share.warmup);
  second_->merge(*share.measured);
  if (plan_.warmup > Duration::zero()) warmup_->merge(*share.warmup);
  results_->total.merge(*share.measured);
  in_flight_ += share.in_flight;
  waiting_ += share.waiting;
  open_ += share.open;
  most_open_ += share.most_open;
  last_answer_ = std::max(last_answer_, share.last);
  for (auto* tally : {&share.warmup, &share.measured}) {
    (*tally)->clear();
    spare_.push_back(std::move(*tally));
  }
}

void LoadRun::end_second(TimePoint now) {
  LoadSecond second{.at = now - began_,
                    .took = now - second_began_,
                    .warmup = second_began_ < began_ + plan_.warmup,
                    .answers = second_->answers,
                    .failures = second_->failures(),
                    .dropped = second_->dropped,
                    .received = second_->received,
                    .sent = second_->sent,
                    .in_flight = in_flight_,
                    .connections = open_,
                    .intended_rate = mean_rate(plan_.stages, second_began_ - began_, now - began_),
                    .p50 = second_->latency.percentile(0.5),
                    .p99 = second_->latency.percentile(0.99),
                    .max = second_->latency.max(),
                    .latency = &second_->latency};
  // A file that could not be written would only fail again.
  if (listeners_.second && !results_->failed) listeners_.second(second);
  second.latency = nullptr;
  results_->seconds.push_back(second);
  std::swap(second_, recent_);
  second_->clear();
  second_began_ = now;
}

LoadRun::Standing LoadRun::standing() const {
  const Duration elapsed = Clock::now() - began_;
  return {.elapsed = elapsed,
          .length = plan_.length,
          .connecting = second_began_ == TimePoint(),
          .ending = plan_.length > Duration::zero() && elapsed > plan_.length,
          .in_flight = in_flight_,
          .waiting = waiting_,
          .connections = open_};
}

// What was cut off is not lost sight of.
void LoadRun::conclude() {
  if (concluded_) return;
  concluded_ = true;
  running_ = false;
  const TimePoint now = Clock::now();
  if (second_began_ != TimePoint() && now > second_began_) end_second(now);
  results_->unanswered = in_flight_;
  results_->total.dropped += waiting_;
  on_all([](auto& worker) { worker.reset(); });
}

// No hub runs between the end of the pause and its hearing of it: what was due meanwhile would be
// taken for late.
void LoadRun::pause() {
  struct Pause {
    std::atomic<std::size_t> waiting{0};
    std::atomic<std::int64_t> took{-1};
  };
  const auto pause = std::make_shared<Pause>();
  const std::size_t others = running_ && has_begun() ? workers_.size() - 1 : 0;
  for (std::size_t i = 1; i <= others; ++i) {
    hubs_.post(i, [pause, worker = workers_[i].get()] {
      ++pause->waiting;
      pause->waiting.notify_one();
      pause->took.wait(-1);
      worker->shift(Duration(pause->took.load()));
    });
  }
  for (std::size_t there = 0; there != others; there = pause->waiting) pause->waiting.wait(there);
  const TimePoint began = Clock::now();
  std::raise(SIGSTOP);
  const Duration took = Clock::now() - began;
  if (running_ && has_begun()) {
    for (TimePoint* const moment : {&began_, &second_began_, &next_paint_, &ticked_}) {
      *moment += took;
    }
    workers_.front()->shift(took);
  }
  pause->took = took.count();
  pause->took.notify_all();
}

void LoadRun::cut(Cut why) {
  if (concluded_ || !running_) return;
  cut_at_ = Clock::now();
  results_->interrupted = why == Cut::by_signal;
  results_->failed = why == Cut::by_failure;
  tick();
  conclude();
}

// In a run of a certain length its end is that; what is awaited behind it was due before.
Duration LoadRun::measured() const {
  const TimePoint from = began_ + plan_.warmup;
  TimePoint to = concluded_ ? last_answer_ : Clock::now();
  if (cut_at_ != TimePoint()) to = cut_at_;
  if (plan_.length > Duration::zero()) {
    const TimePoint end = gnet::TimeSpan(plan_.length).after(began_);
    to = concluded_ && cut_at_ == TimePoint() ? end : std::min(to, end);
  }
  return std::max<Duration>(to - from, Duration::zero());
}

// Of a run that has come no further there is nothing else to tell.
LoadResults& LoadRun::warmup_results(TimePoint until) {
  early_ = std::make_unique<LoadResults>(*results_);
  early_->total.merge(*warmup_);
  early_->total.in_time = early_->total.answers;
  early_->received_in_time = early_->total.received;
  early_->sent_in_time = early_->total.sent;
  early_->elapsed = early_->warmup = std::max<Duration>(until - began_, Duration::zero());
  early_->only_warmup = true;
  return *early_;
}

LoadResults& LoadRun::results() {
  if (running_) tick();
  const TimePoint until = running_ ? Clock::now() : cut_at_;
  const bool early = until != TimePoint() && until < began_ + plan_.warmup;
  LoadResults& found = early ? warmup_results(until) : *results_;
  if (!early) found.elapsed = measured();
  double busiest = 0;
  for (std::size_t i = 0; i < cpu_.size(); ++i) {
    const double time =
        to_seconds(std::max<Duration>(found.elapsed, last_answer_ - began_ - plan_.warmup));
    if (time > 0) busiest = std::max(busiest, to_seconds(cpu_[i] - cpu_before_[i]) / time);
  }
  found.cpu_share = std::min(busiest, 1.0);
  found.bottleneck = busiest < kBusy ? ""
                                     : fmt::format("a thread of it used {:.0f}% of a core",
                                                   std::min(busiest, 1.0) * 100);
  return found;
}

}  // namespace commands
