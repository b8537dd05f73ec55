#include "cli/server/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

#include "cli/control/event_feed.h"
#include "cli/control/places.h"
#include "cli/line/log_setup.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "cli/out/server_output.h"
#include "cli/server/background.h"
#include "cli/server/counters.h"
#include "cli/server/fiber_dump.h"
#include "cli/server/privileges.h"
#include "cli/server/ready.h"
#include "cli/server/steward.h"
#include "gnet/base/log_writer.h"
#include "gnet/diag/deadlock.h"
#include "gnet/diag/dump.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/os/hub_group.h"
#include "gnet/protocol/service.h"

namespace cli {
namespace {

constexpr gnet::Duration kShortestTick = std::chrono::milliseconds(1);

// systemd wants a sign of life within $WATCHDOG_USEC; half of it is usual.
gnet::Duration watchdog_interval() {
  const char* text = std::getenv("WATCHDOG_USEC");
  const char* process = std::getenv("WATCHDOG_PID");
  if (text == nullptr || (process != nullptr && process != std::to_string(getpid()))) return {};
  const std::chrono::microseconds limit(std::strtoll(text, nullptr, 10));
  return limit.count() > 0 ? std::max<gnet::Duration>(limit / 2, kShortestTick) : gnet::Duration();
}

bool has_terminal() {
  const gnet::UniqueFd terminal(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  return static_cast<bool>(terminal);
}

// How long a thread that is busy may keep the others from ending at once.
constexpr gnet::Duration kResetTime = std::chrono::milliseconds(200);

// How long it may keep the server from ending that a signal asked for something.
constexpr gnet::Duration kAnswerTime = std::chrono::seconds(1);

// Has the kernel reset the connection when the process ends.
void reset_at_exit(gnet::Connection& connection) {
  gnet::Socket* const socket = connection.lowest_socket();
  if (socket == nullptr || !socket->is_open()) return;
  const linger at_once{1, 0};
  setsockopt(socket->native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

// Empty: there is none.
std::string control_path(const ServerOptions& options) {
  if (options.control == "none") return {};
  if (!options.name.empty()) check_process_name(options.name);
  if (!options.control.empty()) return options.control;
  return options.name.empty() ? std::string() : socket_of(options.name);
}

JsonObject stopped_event(std::uint64_t cut, std::uint64_t lost) {
  JsonObject stopped = event("stopped").add("cut", cut);
  if (lost != 0) stopped.add("lost", lost);
  return stopped;
}

}  // namespace

Process::Process(const GlobalOptions& global, const ServerOptions& options,
                 std::string default_name)
    : global_(global),
      options_(options),
      default_name_(std::move(default_name)),
      control_path_(control_path(options)),
      log_(default_name_),
      readiness_(options, global.json),
      verbosity_(global.verbose.times),
      log_format_(global.log_format),
      stats_(options.stats_interval),
      watchdog_(watchdog_interval()) {}

Process::~Process() {
  over_ = true;  // before anything suspends: what stop() would wake may be gone
  control_.reset();
  end_answers();
  if (steward_) gnet::set_log_opener({});
}

Exit Process::run() {
  gnet::Service::instance().handle_signals(false);  // here they do more than stop it
  lifetime_ = gnet::Deadline::within(options_.lifetime);
  host_.on_end = [this] { woken->set(); };
  stop_signals_.emplace([this](int) { stop(); }, [this](int number) { stop_at_once(number); });
  if (!opening_.run([this] { open(); }) || stopping_) {
    tell_event(stopped_event(0, 0), global_.json);
    return Exit::ok;
  }
  listening_ = listening();
  open_control();
  const auto is_open = [](const Listening& where) { return !where.is_local; };
  warn_of_openness(std::ranges::any_of(listening_, is_open));
  keep_files();
  drop_privileges(options_);
  start_threads();
  watch_signals();
  if (control_) control_->start();
  about_to_be_ready();
  if (!stopping_ && !has_failed()) {
    readiness_.announce(listening_);
    start();
    begun_ = true;
  }
  wait_for_end();
  return wind_up();
}

void Process::open_control() {
  if (control_path_.empty()) return;
  if (options_.control.empty()) make_socket_folder(control_path_);
  control_ = std::make_unique<ControlServer>(
      control_path_, [this](const ControlRequest& request, ControlClient& client) {
        operations_.perform(request, client);
      });
  log_.debug("controlled at {}", control_path_);
}

void Process::warn_of_openness(bool is_open) const {
  if (is_open && geteuid() == 0 && options_.user.empty()) {
    log_.warn("running as root; {}", options_.named("--user NAME gives that up"));
  }
}

// Those that the user it becomes may have no access to, or that are out of sight then.
void Process::keep_files() {
  if (options_.user.empty() && options_.chroot.empty()) return;
  StewardFiles files{options_.ready_file, options_.pid_file, {}, {}};
  for (const Listening& where : listening_) {
    if (!where.path.empty()) files.sockets.push_back(where.path);
  }
  if (control_) files.sockets.push_back(control_path_);
  for (const std::string& log : {global_.log_file, options_.access_log}) {
    if (!log.empty() && log != "-" && log != "off" && log != "auto") files.logs.push_back(log);
  }
  if (files.empty()) return;
  steward_ = std::make_shared<Steward>(files);
  readiness_.use(steward_.get());
  gnet::set_log_opener(
      [steward = steward_](const std::string& path) { return steward->open_log(path); });
}

// After privileges are dropped, because some of them belong to each thread.
void Process::start_threads() {
  const bool has_connections =
      std::ranges::any_of(listening_, [](const Listening& where) { return !where.is_datagrams; });
  if (options_.threads.number < 2 || (!has_connections && !control_)) return;
  try {
    hubs_ = std::make_shared<gnet::HubGroup>(options_.threads.number, kThreadName);
  } catch (const std::system_error& error) {
    Process::cannot_start_threads(error.code());
  } catch (const std::bad_alloc&) {
    Process::cannot_start_threads(std::make_error_code(std::errc::not_enough_memory));
  }
  share_hubs();
}

void Process::cannot_start_threads(std::error_code reason) const {
  throw Failure(
      Exit::io,
      fmt::format("cannot start {} threads: {}", options_.threads.number, gnet::describe(reason)),
      options_.named("--threads 1 needs none"), {}, reason);
}

// ---- while it runs ----

void Process::wait_for_end() {
  while (!stopping_ && !is_over() && !lifetime_.passed()) {
    if (stats_.due()) report_stats();
    if (watchdog_.due()) readiness_.notifier().send("WATCHDOG=1");
    const gnet::Deadline next =
        lifetime_.earlier(next_look()).earlier(stats_.next()).earlier(watchdog_.next());
    static_cast<void>(woken->wait(next));
    woken->clear();
  }
}

void Process::close_listeners() {
  if (std::exchange(closed_, true)) return;
  readiness_.withdraw();
  stop_listening();
}

Exit Process::wind_up() {
  close_listeners();
  if (const std::uint64_t left = sessions(); left > 0) {
    readiness_.notifier().send("STATUS=draining " + plural(left, "connection"));
    tell_event(event("drain").add("left", left), global_.json);
    log_.info("draining {}, again to stop now", plural(left, "connection"));
  }
  const gnet::Duration limit = now_ ? gnet::Duration::zero() : grace();
  const gnet::Deadline end_of_grace(limit);
  const std::size_t cut_of_others = host_.stop(end_of_grace);
  ServerUnit::Losses losses = end(end_of_grace);
  end_answers();
  if (hubs_) hubs_->stop();
  losses.cut += cut_of_others;
  const std::uint64_t cut = losses.cut + losses.late;
  tell_event(stopped_event(cut, losses.lost), global_.json);
  if (losses.cut != 0) {
    log_.error("cut {} that did not end within {}", plural(losses.cut, "connection"),
               gnet::format_duration(limit));
  }
  if (losses.late != 0) {
    log_.error("cut {} that went on sending after a pause: see --drain-quiet",
               plural(losses.late, "connection"));
  }
  if (losses.lost != 0) {
    log_.error("lost {} that {} not due within {}", plural(losses.lost, "answer"),
               losses.lost == 1 ? "was" : "were", gnet::format_duration(limit));
  }
  if (!events_written(grace())) {
    log_.error("nobody reads standard output: the last events are lost");
    return Exit::io;
  }
  if (has_failed()) return Exit::negative;
  return cut + losses.lost == 0 ? Exit::ok : Exit::cut;
}

// ---- signals ----

void Process::watch_signals() {
  signals_.push_back(gnet::on_signal(SIGQUIT, [this](int) { ask(quit_asked_); }));
  signals_.push_back(gnet::on_signal(SIGUSR1, [this](int) { ask(stats_asked_); }));
  signals_.push_back(gnet::on_signal(SIGUSR2, [](int) { gnet::reopen_log(); }));
  // Under nohup it was ignored when we were started, and stays so.
  struct sigaction inherited {};
  sigaction(SIGHUP, nullptr, &inherited);
  if (inherited.sa_handler == SIG_IGN) return;
  signals_.push_back(gnet::on_signal(SIGHUP, [this, had_terminal = has_terminal()](int) {
    if (had_terminal && global_.config.empty() && !has_terminal()) {
      return stop_signals_->receive(SIGTERM);
    }
    ask(reload_asked_);
  }));
}

// What may still wait for another thread when all else is done. Signals have no effect then.
void Process::ask(Question& question) {
  if (over_ || std::exchange(question.waiting, true)) return;
  answers_.spawn([this, &question] {
    const std::lock_guard one_at_a_time(question.turn);
    question.waiting = false;
    (this->*question.answer)();
  });
}

void Process::end_answers() noexcept {
  const gnet::Uninterruptible until_nobody_needs_this;
  over_ = true;
  if (!answers_.join(gnet::Deadline(kAnswerTime))) answers_.kill();
}

void Process::stop() {
  if (over_) return;
  stopping_ = true;
  opening_.cancel();
  woken->set();
}

void Process::stop_at_once(int number) {
  tell_event(stopped_event(over_ ? 0 : sessions(), 0), global_.json);
  gnet::flush_log();
  leave(exit_for_signal(number));
}

// ---- other options ----

Instance::Reload Process::reload() {
  const std::lock_guard one_at_a_time(reloading_);
  gnet::reopen_log();
  Reload done;
  if (closed_ || !begun_) {
    done.message = closed_ ? "the process is about to end" : "the process is only beginning";
    return done;
  }
  readiness_.reloading();
  try {
    done = read_again();
    done.ok = true;
  } catch (const Failure& failure) {
    log_.error("the options stay as they are: {}", failure.what());
    tell_event(event("reload")
                   .add("ok", false)
                   .add("changed", std::vector<std::string>())
                   .add("message", failure.what()),
               global_.json);
    done.message = failure.what();
  }
  readiness_.reloaded();
  return done;
}

void Process::reload_for_signal() {
  if (const Reload done = reload(); !done.ok && !begun_) log_.warn("{}", done.message);
}

void Process::adopt(const GlobalOptions& global, const std::vector<std::string>& changed,
                    gnet::Duration stats_interval) {
  const auto changes = [&](std::string_view key) {
    return std::ranges::find(changed, key) != changed.end();
  };
  if (changes("log-file") || changes("log-format")) set_up_log(global);
  log_format_ = global.log_format;
  change_log_level(global.effective_log_level());
  verbosity_ = global.verbose.times;
  if (changes(options_.prefix + "stats-interval")) stats_ = Ticker(stats_interval);
}

void Process::quit() {
  if (verbosity_ > 0) post_report(gnet::diag::dump());
  // Other threads are asked; one that is busy must not keep the process.
  auto others = gnet::spawn([this] {
    for (gnet::Factory* factory : factories()) factory->visit_connections(reset_at_exit);
    if (verbosity_ > 0) dump_other_fibers(hubs_);
  });
  if (!others.join(gnet::Deadline(kResetTime)) && verbosity_ > 0) {
    post_report("a thread does not answer");
  }
  gnet::flush_log();
  leave(Exit::quit);
}

// ---- counters ----

void Process::report_stats() {
  const gnet::FactoryCounters counters = all_counters();
  tell_event(all_stats(counters), global_.json);
  if (!global_.json) log_.info("{}", stats_text(counters));
}

// Of all services.
gnet::FactoryCounters Process::all_counters() const {
  gnet::FactoryCounters sum;
  for (const Unit* one : units()) sum += one->counters();
  return sum;
}

JsonObject Process::all_stats(const gnet::FactoryCounters& counters) const {
  JsonObject told = stats_event(counters);
  add_stats(told);
  return told;
}

// SIGUSR1 asks for it, so it comes whatever the log level is.
void Process::dump_stats() {
  const bool json = global_.json || log_format_ == gnet::LogFormat::json;
  const gnet::FactoryCounters counters = all_counters();
  std::string text = (json ? all_stats(counters).text() : stats_text(counters)) + "\n";
  if (!json) text += stats_lines();
  if (verbosity_ > 0 && !json) text += connections_text(factories());
  Process::tell(text);
  if (json) return;
  if (verbosity_ > 0) return dump_all_fibers(hubs_);
  for (const auto& deadlock : gnet::diag::find_deadlocks()) tell(deadlock.text);
}

// On standard error, where log lines are: who reads those reads this too.
void Process::tell(std::string_view text) const {
  if (log_format_ != gnet::LogFormat::logfmt) return post_report(text);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    post_report(gnet::format_record({.time = std::chrono::system_clock::now(),
                                     .level = gnet::LogLevel::info,
                                     .logger = log_.name(),
                                     .peer = {},
                                     .message = text.substr(0, end)},
                                    log_format_));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Of all services.
Factories Process::factories() const {
  Factories all;
  for (const Unit* one : units()) {
    all.insert(all.end(), one->factories().begin(), one->factories().end());
  }
  return all;
}

// ---- as an Instance ----

std::string Process::name() const {
  return options_.name.empty() ? default_name_ : options_.name;
}

std::vector<Unit*> Process::units() const {
  std::vector<Unit*> all;
  for (const auto& one : host_.units()) all.push_back(one.get());
  return all;
}

void Process::shutdown(bool now) {
  now_ = now_ || now;
  stop();
}

Unit& Process::add(const std::string& service, const std::string& type, const Words& words) {
  for (const Unit* one : units()) {
    if (one->name() != service) continue;
    throw Failure(Exit::usage, fmt::format("there is a service '{}' already", service));
  }
  if (closed_) throw Failure(Exit::negative, "the process is about to end");
  return host_.add(service, type, words);
}

std::size_t Process::remove(Unit& unit, gnet::Deadline grace) {
  if (host_.has(unit)) return host_.remove(unit, grace);
  throw Failure(Exit::negative,
                fmt::format("'{}' is what the process was started for", unit.name()),
                "stop ends the service, shutdown the process");
}

}  // namespace cli
