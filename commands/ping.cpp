// gnet ping: how long it takes others to answer.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <optional>

#include "cli/client/input.h"
#include "cli/client/run_client.h"
#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "commands/commands.h"
#include "commands/measured_condition.h"
#include "commands/ping_probe.h"
#include "commands/ping_report.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/nursery.h"
#include "gnet/sync/event.h"

namespace commands {
namespace {

using Options = PingOptions;
using PingProbes = std::vector<std::unique_ptr<PingProbe>>;

constexpr std::uint64_t kUsualCount = 4;
constexpr std::size_t kMostTargets = 256;
constexpr std::size_t kMostOnTheirWay = 1000;  // probes to one target
constexpr gnet::Duration kShortestInterval = std::chrono::microseconds(100);
constexpr gnet::Duration kLongestApart = std::chrono::milliseconds(20);

constexpr std::array<MeasureName, 7> kPingMeasures{{
    {"p", Measure::percentile},
    {"min", Measure::time},
    {"mean", Measure::time},
    {"max", Measure::time},
    {"jitter", Measure::time},
    {"loss", Measure::count_or_share},
    {"received", Measure::count},
}};

std::optional<double> measured(const Condition& condition, const PingTally& tally) {
  if (condition.name == "received") return static_cast<double>(tally.received());
  if (condition.name == "loss") {
    const bool share = condition.unit == Condition::Unit::share;
    return share ? tally.loss() : static_cast<double>(tally.lost());
  }
  const auto nanoseconds = [](gnet::Duration time) { return static_cast<double>(time.count()); };
  if (tally.received() == 0) return std::nullopt;
  if (condition.name == "jitter") return nanoseconds(tally.jitter());
  if (condition.name == "min") return nanoseconds(tally.times().min());
  if (condition.name == "mean") return nanoseconds(tally.times().mean());
  if (condition.name == "max") return nanoseconds(tally.times().max());
  return nanoseconds(tally.times().percentile(condition.percentile));
}

// One run of the command: all its targets.
class Ping {
 public:
  Ping(const Options& options, const PingProbes& probes)
      : options_(options),
        probes_(probes),
        conditions_(conditions_of(options)),
        report_(options, names_of(probes)) {}

  cli::Exit run() {
    // The time of each probe is its own.
    cli::ClientOptions unlimited = options_.to;
    unlimited.timeout = {};
    const cli::Exit status = cli::run_client(
        unlimited,
        {.work = [this] { return ask_all(); }, .summary = [this] { report_.summary(!over_); }});
    return status == cli::Exit::ok ? verdict() : status;
  }

 private:
  static std::vector<Condition> conditions_of(const Options& options) {
    std::vector<Condition> conditions;
    for (const std::string& text : options.fail_if) {
      std::ranges::move(parse_conditions(text, kPingMeasures, "--fail-if"),
                        std::back_inserter(conditions));
    }
    return conditions;
  }

  static std::vector<std::string> names_of(const PingProbes& probes) {
    std::vector<std::string> names;
    for (const auto& probe : probes) names.push_back(probe->name());
    return names;
  }

  cli::Exit ask_all() {
    struct Over {
      ~Over() { over = true; }
      bool& over;
    } const over{over_};
    // What one target takes to do is no part of the time of another: they take turns.
    const auto share = options_.interval / static_cast<std::int64_t>(probes_.size());
    const gnet::Duration apart = std::min(share, kLongestApart);
    gnet::with_nursery([&](gnet::Nursery& targets) {
      gnet::TimePoint first = gnet::Clock::now();
      for (std::size_t i = 0; i < probes_.size(); ++i, first += apart) {
        targets.spawn([this, i, first] { ask_at_intervals(i, first); });
      }
    });
    return cli::Exit::ok;
  }

  // Each probe leaves when it is due, whatever has become of those before it.
  void ask_at_intervals(std::size_t target, gnet::TimePoint due) {
    const std::uint64_t count = count_or_usual();
    gnet::Event hopeless;
    std::size_t on_their_way = 0;
    gnet::with_nursery([&](gnet::Nursery& probes) {
      for (std::uint64_t sequence = 1; count == 0 || sequence <= count; ++sequence) {
        gnet::yield();  // who is always late, or never has to wait, is not alone
        if (hopeless.wait(gnet::Deadline(due))) break;
        if (on_their_way == kMostOnTheirWay) {
          report_.lost(target, sequence, {.reason = "too many others are on their way"});
        } else if (options_.interval == gnet::Duration::zero()) {
          ask(target, sequence, hopeless);
        } else {
          ++on_their_way;
          probes.spawn([this, target, sequence, &hopeless, &on_their_way] {
            ask(target, sequence, hopeless);
            --on_their_way;
          });
        }
        // Who was stopped for a while does not make up for that.
        due = std::max(due + options_.interval, gnet::Clock::now());
      }
    });
  }

  void ask(std::size_t target, std::uint64_t sequence, gnet::Event& hopeless) {
    const auto deadline = gnet::Deadline::within(options_.to.timeout);
    PingAnswer answer;
    const cli::Attempt attempt =
        cli::attempt(deadline, [&] { answer = probes_[target]->send(sequence, deadline); });
    if (attempt.made()) return report_.answered(target, sequence, answer);
    report_.lost(target, sequence, attempt);
    // Others will have to be asked of names that exist.
    if (sequence == 1 && name_trouble(attempt.error).for_ever) hopeless.set();
  }

  [[nodiscard]] std::uint64_t count_or_usual() const {
    if (options_.count) return options_.count->number;
    return isatty(STDOUT_FILENO) == 1 ? 0 : kUsualCount;
  }

  // What the answers mean for a script.
  [[nodiscard]] cli::Exit verdict() const {
    const std::vector<PingTally>& tallies = report_.tallies();
    cli::Exit status = cli::Exit::ok;
    for (const PingTally& tally : tallies) {
      for (const Condition& condition : conditions_) {
        const auto found = measured(condition, tally);
        if (found && !condition.holds(*found)) continue;
        status = cli::Exit::negative;
        if (options_.quiet.times > 1) continue;
        cli::report(
            {status, fmt::format("{}: {}", tally.name(), condition.about(found)), {}, tally.name()},
            "ping", options_.json);
      }
    }
    if (std::ranges::all_of(tallies, &PingTally::has_no_address)) return cli::Exit::resolve;
    const auto has_answered = [](const PingTally& tally) { return tally.received() > 0; };
    return std::ranges::any_of(tallies, has_answered) ? status : cli::Exit::negative;
  }

  const Options& options_;
  const PingProbes& probes_;
  const std::vector<Condition> conditions_;
  PingReport report_;
  bool over_ = false;
};

// ---- the targets ----

void add_target(std::vector<std::string>& targets, std::string text) {
  if (targets.size() == kMostTargets) {
    throw cli::UsageError(fmt::format("there are more than {} targets", kMostTargets));
  }
  targets.push_back(std::move(text));
}

// Lines of standard input; those that are empty, or begin with '#', are none.
void add_lines(std::vector<std::string>& targets) {
  constexpr std::string_view kBlank = " \t\r\n";
  cli::Input input;
  while (auto line = input.line()) {
    const std::size_t begin = line->find_first_not_of(kBlank);
    if (begin == line->npos || (*line)[begin] == '#') continue;
    line->erase(line->find_last_not_of(kBlank) + 1);
    add_target(targets, line->substr(begin));
  }
}

std::vector<std::string> targets_of(const Options& options) {
  std::vector<std::string> targets;
  for (const std::string& text : options.targets) {
    if (text == "-") {
      add_lines(targets);
    } else {
      add_target(targets, text);
    }
  }
  if (targets.empty()) throw cli::UsageError("TARGET is missing: whom to ask");
  return targets;
}

PingProbes probes_of(const Options& options) {
  PingProbes probes;
  for (const std::string& target : targets_of(options)) {
    probes.push_back(make_ping_probe(target, options));
  }
  const auto any = [&probes](auto property) { return std::ranges::any_of(probes, property); };
  cli::check_tls_is_used(options.to, any([](const auto& probe) { return probe->nature().secure; }));
  if (options.size && !any([](const auto& probe) { return probe->nature().largest > 0; })) {
    throw cli::UsageError("--size is for targets of udp and ws");
  }
  return probes;
}

cli::Exit run(const Options& given) {
  if (given.interval > gnet::Duration::zero() && given.interval < kShortestInterval) {
    throw cli::UsageError(fmt::format("--interval must be 0, or {} or more",
                                      gnet::format_duration(kShortestInterval)));
  }
  Options options = given;
  std::string& path = options.to.unix_path.path;
  if (options.targets.empty() && !path.empty()) {
    options.targets.push_back(path.starts_with('@') ? path : "unix:" + path);
    path.clear();
  }
  const PingProbes probes = probes_of(options);
  return Ping(options, probes).run();
}

}  // namespace

const cli::Command& ping() {
  static const cli::Command made = cli::command<Options>({
      .name = "ping",
      .group = "Measure",
      .arguments = "TARGET...",
      .summary = "measure how long others take to answer",
      .about = "Measure how long it takes to connect to others, or to have an answer from them.",
      .examples = {"gnet ping -c 3 -k --split https://127.0.0.1:8443",
                   "gnet ping -c 1 -t 500ms tcp://db:5432 > /dev/null && echo alive",
                   "gnet ping -c 20 -i 100ms ws://:6012 udp://:6011 --fail-if 'loss>0 p95>20ms'"},
      .flags =
          {
              {"",
               "TARGET",
               &Options::targets,
               "whom to ask: an endpoint or a URL; - is lines of standard input",
               {.positional = "TARGET",
                .completes = cli::Completes::endpoint,
                .more = "See TARGETS."}},
              {"-c,--count",
               "N",
               &Options::count,
               "probes to each target, 0 = no end",
               {.fallback = "4; 0 at a terminal"}},
              {"-i,--interval", "D", &Options::interval,
               "from one probe to the next, 0 = as soon as it is known what became of it"},
              {"-s,--size",
               "SIZE",
               &Options::size,
               "bytes to be sent back, by udp and ws",
               {.fallback = "56"}},
              {"--fail-if",
               "CONDITION",
               &Options::fail_if,
               "exit with 1 if this is true of any target: 'loss>0 p95>20ms'",
               {.more = "See CONDITIONS."}},
              {"--split", &Options::split, "show how the time is divided among phases"},
              {"--audible", &Options::audible, "ring the terminal's bell at each answer"},
          },
      .shared = {cli::worded(cli::client(&Options::to), "--timeout",
                             "a probe that has no answer after D is lost")},
      .run = run,
  });
  return made;
}

}  // namespace commands
