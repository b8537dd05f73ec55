// gnet wait-for: waits until others are ready, and then becomes the program that needs them.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>

#include "cli/client/run_client.h"
#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "commands/commands.h"
#include "commands/or_fail.h"
#include "commands/wait_board.h"
#include "commands/wait_probe.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/io/resolver.h"
#include "gnet/sync/event.h"

namespace commands {
namespace {

using Options = WaitOptions;
using State = WaitFinding::State;

// Who waits long is asked less often: after a pause that is half as long again as the one before,
// but not more than a tenth of the time that has passed, nor than a second. What costs nothing to
// look at is looked at as often as at first.
constexpr gnet::Duration kLongestPause = std::chrono::seconds(1);
constexpr int kShareOfTime = 10;

// The first attempt that hangs gets a second, since the next may meet somebody; each one after it
// twice the time, up to --connect-timeout.
constexpr gnet::Duration kFirstPatience = std::chrono::seconds(1);

constexpr gnet::Duration kSilence = std::chrono::seconds(1);
constexpr gnet::Duration kPaintEvery = std::chrono::milliseconds(200);

void refuse_options_of_pages(const Options& options) {
  const char* const option = options.status             ? "--status"
                             : !options.body.empty()    ? "--body"
                             : !options.headers.empty() ? "--header"
                             : options.follow           ? "--follow"
                                                        : nullptr;
  if (option != nullptr) throw cli::UsageError(fmt::format("{} is for http targets", option));
}

class WaitFor {
 public:
  explicit WaitFor(const Options& options)
      : options_(options), probes_(make_all(options)), board_(options, names()) {}

  cli::Exit run() {
    // Its own limit says who is missing.
    cli::ClientOptions unlimited = options_.to;
    unlimited.timeout = {};
    return cli::run_client(
        unlimited, {.work = [this] { return await(); }, .summary = [this] { tell_unless_told(); }});
  }

 private:
  using Probes = std::vector<std::unique_ptr<WaitProbe>>;

  static Probes make_all(const Options& options) {
    Probes probes;
    for (const std::string& target : options.targets) {
      probes.push_back(make_probe(target, options));
    }
    const auto any = [&probes](bool WaitProbe::Nature::*trait) {
      return std::ranges::any_of(probes,
                                 [trait](const auto& probe) { return probe->nature().*trait; });
    };
    cli::check_tls_is_used(options.to, any(&WaitProbe::Nature::secure));
    if (!any(&WaitProbe::Nature::page)) refuse_options_of_pages(options);
    if (!any(&WaitProbe::Nature::sent) && options.send) {
      throw cli::UsageError("--send is for udp targets");
    }
    return probes;
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& probe : probes_) names.push_back(probe->name());
    return names;
  }

  cli::Exit await() {
    std::vector<gnet::Fiber<>> fibers;
    for (std::size_t i = 0; i < probes_.size(); ++i) {
      fibers.push_back(gnet::spawn({.name = "target"}, [this, i] { watch(i); }));
    }
    fibers.push_back(gnet::spawn({.name = "display"}, [this] { show_progress(); }));
    const bool ready = enough_.wait(gnet::Deadline::within(options_.to.timeout));
    gnet::killall(fibers);
    finish(ready);
    return ready ? cli::Exit::ok : cli::Exit::timeout;
  }

  // Until it is as it shall be, as often in a row as is wanted.
  void watch(std::size_t index) {
    WaitProbe& probe = *probes_[index];
    const gnet::TimePoint began = gnet::Clock::now();
    const gnet::Duration most = options_.to.connect_timeout;
    gnet::Duration patience = kFirstPatience;
    gnet::Duration pause = options_.interval;
    for (std::uint64_t in_row = 0; in_row < options_.stable.number;) {
      if (most > gnet::Duration::zero()) patience = std::min(patience, most);
      board_.begin_try(index);
      const WaitFinding finding = probe.look(gnet::Deadline(patience));
      if (finding.state == State::unknown) patience *= 2;
      const bool good = finding.state == (options_.gone ? State::missing : State::there);
      in_row = good ? in_row + 1 : 0;
      board_.end_try(index, finding.state == State::there ? "it is there" : finding.reason);
      if (in_row == options_.stable.number) break;
      gnet::sleep(good ? options_.interval : pause);
      if (!good && !probe.nature().near) pause = longer(pause, gnet::Clock::now() - began);
    }
    board_.arrived(index);
    if (options_.any || board_.missing() == 0) enough_.set();
  }

  [[nodiscard]] gnet::Duration longer(gnet::Duration pause, gnet::Duration passed) const {
    const gnet::Duration most = std::min<gnet::Duration>(passed / kShareOfTime, kLongestPause);
    return std::max(options_.interval, std::min<gnet::Duration>(pause * 3 / 2, most));
  }

  // Whoever looks on should not take it for dead.
  void show_progress() {
    if (options_.json || options_.quiet.times > 0) return;
    if (isatty(STDERR_FILENO) == 1) {
      for (;;) {
        gnet::sleep(kPaintEvery);
        board_.paint();
      }
    }
    gnet::sleep(kSilence);
    std::string text;
    for (const auto& probe : probes_) text += (text.empty() ? "" : ", ") + probe->name();
    cli::write_all(STDERR_FILENO, fmt::format("waiting for {}\n", gnet::printable(text)));
  }

  // What has come of it. The program's standard output is its own.
  void finish(bool ready) {
    told_ = true;
    board_.wipe();
    if (options_.json) {
      const std::string document = board_.document(ready).text() + "\n";
      if (options_.program.empty()) return cli::print(document);
      cli::write_all(STDERR_FILENO, document);
    } else if (!ready && options_.quiet.times < 2) {
      cli::report(
          {cli::Exit::timeout, fmt::format("timed out after {}: {} of {} {}",
                                           gnet::format_duration(options_.to.timeout),
                                           board_.missing(), cli::plural(board_.count(), "target"),
                                           options_.gone ? "still there" : "missing")},
          "wait-for", false);
      board_.tell_missing();
    }
  }

  // For SIGUSR1, and for a signal that ends it.
  void tell_unless_told() {
    if (told_ || options_.quiet.times > 0) return;
    board_.wipe();
    if (options_.json) {
      cli::write_all(STDERR_FILENO, board_.document(false).text() + "\n");
    } else {
      board_.tell_missing();
    }
  }

  const Options& options_;
  const Probes probes_;
  WaitBoard board_;
  gnet::Event enough_;
  bool told_ = false;
};

// This process becomes the program: signals and the exit status are its own.
[[noreturn]] void become(const std::vector<std::string>& words) {
  std::signal(SIGPIPE, SIG_DFL);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  const int error = errno;
  throw cli::Failure(error == ENOENT ? cli::Exit::not_found : cli::Exit::not_executable,
                     fmt::format("cannot run '{}': {}", words.front(), cli::error_text(error)));
}

void check(const Options& options) {
  if (options.targets.empty()) {
    throw cli::UsageError("TARGET is missing: what to wait for");
  }
  if (options.stable.number == 0) throw cli::UsageError("--stable must be 1 or more");
  if (options.interval <= gnet::Duration::zero()) {
    throw cli::UsageError("--interval must be more than 0");
  }
}

cli::Exit run(const Options& options) {
  check(options);
  // What a name means may change at any moment.
  or_fail([] {
    auto resolver = gnet::ResolverOptions::from_environment();
    resolver.max_ttl = gnet::Duration::zero();
    gnet::configure_resolver(resolver);
  });
  const cli::Exit status = WaitFor(options).run();
  if (status == cli::Exit::ok && !options.program.empty()) become(options.program);
  return status;
}

}  // namespace

const cli::Command& wait_for() {
  static const cli::Command made =
      cli::command<Options>({
          .name = "wait-for",
          .group = "Control",
          .arguments = "TARGET... [-- CMD...]",
          .summary = "wait until others are ready, then run a program",
          .about = "Wait until all targets are there, and then become another program.",
          .examples =
              {"gnet wait-for tcp://db:5432 http://web/healthz file:/tmp/ready -- ./app --serve",
               "gnet wait-for --gone pid:$pid -t 10s",
               "gnet wait-for --any '[::1]:8080' unix:/run/x.sock -q || exit 1"},
          .flags =
              {
                  {"",
                   "TARGET",
                   &Options::targets,
                   "what to wait for: an endpoint, a URL, file:PATH, pid:N and so on",
                   {.positional = "TARGET",
                    .completes = cli::Completes::endpoint,
                    .more = "See TARGETS."}},
                  {"",
                   "CMD",
                   &Options::program,
                   "the program to become, and its arguments",
                   {.positional = "CMD", .behind_dashes = true, .completes = cli::Completes::file}},
                  {"-i,--interval",
                   "D",
                   &Options::interval,
                   "pause between two tries, longer in the course of time",
                   {.more = "See DESCRIPTION."}},
                  {"--any", &Options::any, "one of them is enough"},
                  {"--gone", &Options::gone, "wait until they are not there"},
                  {"--stable", "N", &Options::stable, "so often in a row, that far apart"},
                  {"--status",
                   "LIST",
                   &Options::status,
                   "statuses of HTTP that will do",
                   {.fallback = kUsualStatuses}},
                  {"--body",
                   "RE",
                   &Options::body,
                   "what the body of an answer of HTTP has in it",
                   {.more =
                        "An extended regular expression; *^* and *$* are the ends of a line. At "
                        "most 1 MiB is looked at: a larger body is none."}},
                  {"-H,--header", "NAME: VALUE", &Options::headers, "one more field of a request"},
                  {"-L,--follow", &Options::follow,
                   "go where redirects lead, and judge what is there"},
                  {"--send",
                   "TEXT",
                   &Options::send,
                   "what a UDP target is sent, to be answered",
                   {.fallback = "a line end"}},
              },
          .shared = {cli::client(&Options::to)},
          .run = run,
      });
  return made;
}

}  // namespace commands
