#include "commands/load_job.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <utility>

#include "cli/client/run_client.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "cli/server/server_options.h"
#include "commands/load_text.h"
#include "gnet/base/utf8.h"
#include "gnet/os/signal.h"

namespace commands {
namespace {

using gnet::Duration;

constexpr Duration kDuration = std::chrono::seconds(10);
constexpr Duration kTryDuration = std::chrono::seconds(5);  // of --find-rate
constexpr Duration kWarmup = std::chrono::seconds(1);

constexpr int kMostTries = 10;
constexpr double kCloseEnough = 0.03;  // of the rate that is looked for
constexpr double kAchieved = 0.98;     // of what a try intended

// A rate that a person would name: three digits of it.
double rounded(double rate) {
  const double unit = std::pow(10, std::floor(std::log10(std::max(rate, 1e-3))) - 2);
  return std::round(rate / unit) * unit;
}

bool is_here(const LoadServer& server) {
  const gnet::Endpoint& to = server.dialler.endpoint();
  if (!to.is_ip()) return true;
  const auto address = to.address();
  return address ? address->is_loopback() : to.host() == "localhost";
}

LoadStages stages_of(const LoadOptions& options) {
  if (!options.stages.empty()) return parse_load_stages(options.stages);
  if (!options.ramp.empty()) {
    const LoadStage ramp = parse_load_ramp(options.ramp);
    const Duration length = options.duration.value_or(ramp.time);
    if (length < ramp.time && !options.requests) {
      throw cli::UsageError("--duration is shorter than --ramp");
    }
    LoadStages stages{ramp};
    const Duration rest = options.requests ? Duration::max() - ramp.time : length - ramp.time;
    if (rest > Duration::zero()) stages.push_back({ramp.to, ramp.to, rest});
    return stages;
  }
  if (options.rate.empty()) return {};
  const double rate = parse_load_rate(options.rate, "--rate");
  const Duration length = options.requests ? Duration::max() : options.duration.value_or(kDuration);
  return {{rate, rate, length}};
}

// Less than what was intended has come in time. What was due just before the end cannot have been
// answered before it, however good the server; but answers take long as well where too many wait.
bool fell_behind(const LoadResults& results, double rate) {
  if (results.total.in_time == 0) return true;
  const gnet::FineHistogram& answers = results.total.uncorrected;
  const Duration least = answers.min();
  const Duration usual =
      std::max<Duration>(least, std::min<Duration>(answers.mean(), results.elapsed / 10));
  const std::chrono::duration<double> lasted = results.elapsed;
  const std::chrono::duration<double> enough = results.elapsed - usual;
  return results.rate() * lasted.count() < rate * kAchieved * enough.count();
}

// Why no connection was opened, if none was.
std::optional<cli::Exit> nobody_there(const LoadTally& total) {
  if (total.opened > 0 || total.failures() == 0) return std::nullopt;
  const auto all_are = [&](LoadError error) {
    return total.errors[static_cast<std::size_t>(error)] == total.failures();
  };
  if (all_are(LoadError::resolve)) return cli::Exit::resolve;
  if (all_are(LoadError::tls)) return cli::Exit::tls;
  if (all_are(LoadError::timeout)) return cli::Exit::negative;
  return cli::Exit::connect;
}

}  // namespace

// A run with the plan that it goes by.
struct LoadJob::Try {
  Try(const LoadOptions& options, const LoadRequests& requests) : plan{options, requests} {}
  LoadPlan plan;
  std::optional<LoadRun> run;
};

LoadJob::LoadJob(const LoadOptions& options)
    : options_(options),
      requests_(options),
      stages_(stages_of(options)),
      reports_(options),
      progress_(options) {}

LoadJob::~LoadJob() = default;

cli::Exit LoadJob::run() {
  cli::ClientOptions unlimited = options_.to;
  unlimited.timeout = {};  // which is that of each request
  return cli::run_client(unlimited,
                         {.work = [this] { return work(); }, .summary = [this] { summarize(); }});
}

cli::Exit LoadJob::work() {
  working_ = true;
  struct Done {
    ~Done() { working = false; }
    bool& working;
  } const done{working_};
  const std::uint64_t threads = options_.threads ? options_.threads->number : cli::usable_cores();
  const auto paused = gnet::on_signal(SIGTSTP, [this](int) { pause(); });
  reports_.open();
  hubs_.emplace(std::min(threads, options_.connections.number), "load");
  announce();
  if (!options_.find_rate.empty()) {
    search();
  } else {
    make_run(stages_, options_.requests ? Duration::zero() : options_.duration.value_or(kDuration));
    try {
      now_->run->run();
    } catch (const cli::Failure&) {  // of a file that cannot be written
      cut_ = LoadRun::Cut::by_failure;
      throw;
    }
  }
  return finish();
}

// ^Z at the terminal: the time of that is nobody's.
void LoadJob::pause() {
  progress_.wipe();
  if (now_ && now_->run) {
    now_->run->pause();
  } else {
    std::raise(SIGSTOP);
  }
}

// Whoever sends much to others should know to whom.
void LoadJob::announce() const {
  if (options_.quiet.times > 0 || std::ranges::all_of(requests_.servers(), is_here)) return;
  std::string names;
  for (const std::string& name : requests_.names()) names += (names.empty() ? "" : ", ") + name;
  std::string rate = "as fast as answers come";
  if (!stages_.empty()) {
    rate = fmt::format("{} requests a second", rate_at(stages_, Duration::zero()));
    if (stages_.size() > 1 || stages_.front().from != stages_.front().to) rate += " at first";
  }
  const std::string length =
      options_.requests
          ? cli::plural(options_.requests->number, "request")
          : gnet::format_duration(stages_.empty() ? options_.duration.value_or(kDuration)
                                                  : length_of(stages_));
  cli::write_all(STDERR_FILENO,
                 fmt::format("loading {}: {}, {}, {}\n", gnet::printable(names),
                             cli::plural(options_.connections.number, "connection"), rate, length));
}

void LoadJob::make_run(LoadStages stages, Duration time) {
  auto made = std::make_unique<Try>(options_, requests_);
  LoadPlan& plan = made->plan;
  const bool plain = stages.empty() && !options_.requests;
  plan.warmup = options_.warmup.value_or(plain ? kWarmup : Duration::zero());
  if (!stages.empty() && !options_.requests) time = length_of(stages);
  if (time > Duration::zero()) plan.length = gnet::Duration(gnet::TimeSpan(time)) + plan.warmup;
  if (!stages.empty() && plan.warmup > Duration::zero()) {
    const double rate = rate_at(stages, Duration::zero());
    stages.insert(stages.begin(), {rate, rate, plan.warmup});
  }
  plan.stages = std::move(stages);
  if (options_.requests) plan.limit = options_.requests->number;
  LoadRun::Listeners listeners;
  listeners.begin = [this](std::chrono::system_clock::time_point began) {
    if (!std::exchange(begun_, true)) reports_.begin(began);
  };
  listeners.second = [this](const LoadSecond& second) { reports_.second(second); };
  listeners.tick_every = progress_.every();
  if (listeners.tick_every > Duration::zero()) {
    listeners.tick = [this](const LoadRun::Standing& standing) {
      progress_.show(standing, now_->run->recent(), now_->run->total());
    };
  }
  now_ = std::move(made);
  now_->run.emplace(now_->plan, *hubs_, std::move(listeners));
}

// ---- the highest rate that is good enough ----

void LoadJob::search() {
  const Duration time = options_.duration.value_or(kTryDuration);
  double high = capacity(std::min<Duration>(time, std::chrono::seconds(2))) * 1.1;
  double low = 0;
  for (int tries = 0; tries < kMostTries && high - low > high * kCloseEnough; ++tries) {
    const double rate = rounded((low + high) / 2);
    if (rate <= low || rate >= high) break;
    if (try_rate(rate, time)) {
      low = found_ = rate;
      best_ = std::move(now_);
    } else {
      high = rate;
      if (!best_) best_ = std::move(now_);
    }
  }
  if (best_) now_ = std::move(best_);
}

// How much it takes if each request is sent after an answer: beyond that nothing is to be found.
double LoadJob::capacity(Duration time) {
  make_run({}, time);
  now_->run->run();
  const LoadResults& results = now_->run->results();
  if (results.total.answers == 0) {
    throw cli::Failure(cli::Exit::negative, "no request was answered: there is no rate to find");
  }
  // Those that came late are not left out: it is a bound.
  return std::max(results.rate(), each_second(results.total.answers, results.elapsed));
}

bool LoadJob::try_rate(double rate, Duration time) {
  make_run({{rate, rate, time}}, time);
  now_->run->run();
  const LoadResults& results = now_->run->results();
  LoadResults::Search tried{.rate = rate,
                            .reason = reports_.against(results),
                            .p99 = results.total.latency.percentile(0.99),
                            .achieved = results.rate()};
  if (tried.reason.empty() && results.total.dropped > 0) {
    tried.reason = count_text(results.total.dropped, "request") + " dropped";
  }
  if (tried.reason.empty() && fell_behind(results, rate)) {
    tried.reason = fmt::format("only {:.0f}/s were answered", results.rate());
  }
  tried.passed = tried.reason.empty();
  search_.push_back(tried);
  return tried.passed;
}

// ---- what has come of it ----

// For SIGUSR1, and at the end for a run that a signal has cut short.
void LoadJob::summarize() {
  if (finished_ || !now_ || !now_->run || !now_->run->has_begun()) return;
  progress_.wipe();
  if (working_) {
    cli::write_all(STDERR_FILENO, reports_.interim(results()));
    return;
  }
  now_->run->cut(cut_);
  static_cast<void>(reports_.finish(results()));
}

const LoadResults& LoadJob::results() {
  LoadResults& results = now_->run->results();
  results.search = search_;
  results.found_rate = found_;
  return results;
}

cli::Exit LoadJob::finish() {
  progress_.wipe();
  finished_ = true;
  const LoadResults& found = results();
  const bool passed = reports_.finish(found);
  const LoadTally& total = found.total;
  if (const auto nobody = nobody_there(total)) return *nobody;
  const bool worked = found.stream ? total.sent + total.received > 0 : total.answers > 0;
  const bool no_rate = !options_.find_rate.empty() && found_ == 0;
  return worked && passed && !no_rate ? cli::Exit::ok : cli::Exit::negative;
}

}  // namespace commands
