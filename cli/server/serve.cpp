#include "cli/server/serve.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <new>
#include <optional>

#include "cli/control/control_server.h"
#include "cli/control/event_feed.h"
#include "cli/control/places.h"
#include "cli/line/live_options.h"
#include "cli/line/log_setup.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "cli/out/server_output.h"
#include "cli/server/background.h"
#include "cli/server/certificates.h"
#include "cli/server/counters.h"
#include "cli/server/fiber_dump.h"
#include "cli/server/operations.h"
#include "cli/server/privileges.h"
#include "cli/server/ready.h"
#include "cli/server/steward.h"
#include "cli/server/ticker.h"
#include "cli/server/unit_host.h"
#include "gnet/base/log_writer.h"
#include "gnet/diag/deadlock.h"
#include "gnet/diag/dump.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/os/hub_group.h"
#include "gnet/os/signal.h"
#include "gnet/os/stop_signals.h"
#include "gnet/protocol/service.h"
#include "gnet/sync/group.h"

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

// A process that serves: what it has beside its service, and beside those that are added to it.
class ServerRun final : public Instance {
 public:
  ServerRun(const GlobalOptions& global, const ServerOptions& options, const Handlers& handlers)
      : global_(global),
        options_(options),
        handlers_(handlers),
        control_path_(control_path(options)),
        unit_(handlers.name, live_options().command().name, global, options, handlers),
        log_(unit_.log()),
        readiness_(options, global.json),
        verbosity_(global.verbose.times),
        log_format_(global.log_format),
        stats_(options.stats_interval),
        watchdog_(watchdog_interval()) {}

  ~ServerRun() override {
    control_.reset();
    end_answers();
    if (steward_) gnet::set_log_opener({});
  }
  ServerRun(const ServerRun&) = delete;
  ServerRun& operator=(const ServerRun&) = delete;

  Exit run() {
    gnet::Service::instance().handle_signals(false);  // here they do more than stop it
    unit_.open(take_inherited_sockets());
    listening_ = unit_.listening();
    open_control();
    warn_of_openness();
    keep_files();
    drop_privileges(options_);
    start_threads();
    watch_signals();
    for (const Listening& where : listening_) log_.info("listening on {}", where.endpoint);
    if (unit_.rules().tls && !listening_.empty()) tell_certificate();
    if (handlers_.ready) handlers_.ready(listening_);
    readiness_.announce(listening_);
    unit_.start();
    if (control_) control_->start();
    wait_for_end();
    return wind_up();
  }

 private:
  // Empty: there is none.
  static std::string control_path(const ServerOptions& options) {
    if (options.control == "none") return {};
    if (!options.name.empty()) check_process_name(options.name);
    if (!options.control.empty()) return options.control;
    return options.name.empty() ? std::string() : socket_of(options.name);
  }

  void open_control() {
    if (control_path_.empty()) return;
    if (options_.control.empty()) make_socket_folder(control_path_);
    control_ = std::make_unique<ControlServer>(
        control_path_, [this](const ControlRequest& request, ControlClient& client) {
          operations_.perform(request, client);
        });
    log_.debug("controlled at {}", control_path_);
  }

  // For clients that are to know this server again.
  void tell_certificate() {
    const gnet::Certificate certificate = unit_.rules().tls->certificate();
    log_.info("certificate of {}: --pin {}", certificate.subject(), certificate.pin());
    log_.info("its fingerprint: {}", certificate.fingerprint());
  }

  void warn_of_openness() const {
    bool is_open = false;
    for (const Listening& where : listening_) {
      if (where.is_local) continue;
      is_open = true;
      if (!where.is_datagrams || !handlers_.answers_datagrams || !options_.access.empty()) continue;
      log_.warn("{}: the sender of a datagram may be forged, and answers go to whom it names; {}",
                where.endpoint, options_.named("--allow says who gets them"));
    }
    if (is_open && geteuid() == 0 && options_.user.empty()) {
      log_.warn("running as root; {}", options_.named("--user NAME gives that up"));
    }
  }

  // Those that the user it becomes may have no access to, or that are out of sight then.
  void keep_files() {
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
  void start_threads() {
    const bool has_connections =
        std::ranges::any_of(listening_, [](const Listening& where) { return !where.is_datagrams; });
    if (options_.threads.number < 2 || (!has_connections && !control_)) return;
    try {
      hubs_ = std::make_shared<gnet::HubGroup>(options_.threads.number, kThreadName);
    } catch (const std::system_error& error) {
      cannot_start_threads(error.code());
    } catch (const std::bad_alloc&) {
      cannot_start_threads(std::make_error_code(std::errc::not_enough_memory));
    }
    unit_.share(hubs_);
  }

  [[noreturn]] void cannot_start_threads(std::error_code reason) const {
    throw Failure(
        Exit::io,
        fmt::format("cannot start {} threads: {}", options_.threads.number, gnet::describe(reason)),
        options_.named("--threads 1 needs none"), {}, reason);
  }

  // ---- while it runs ----

  void wait_for_end() {
    const gnet::Deadline lifetime = gnet::Deadline::within(options_.lifetime);
    gnet::Event& woken = unit_.rules().admission.changed;
    while (!stopping_) {
      if (unit_.rules().admission.exhausted()) {
        close_listeners();
        if (unit_.is_over()) return;
      }
      if (lifetime.passed() || unit_.idle_limit().passed()) return;
      if (stats_.due()) report_stats();
      if (watchdog_.due()) readiness_.notifier().send("WATCHDOG=1");
      const gnet::Deadline next =
          lifetime.earlier(unit_.idle_limit()).earlier(stats_.next()).earlier(watchdog_.next());
      static_cast<void>(woken.wait(next));
      woken.clear();
    }
  }

  void close_listeners() {
    if (std::exchange(closed_, true)) return;
    readiness_.withdraw();
    unit_.close_listeners();
  }

  Exit wind_up() {
    close_listeners();
    if (const std::uint64_t left = unit_.rules().admission.active(); left > 0) {
      readiness_.notifier().send("STATUS=draining " + plural(left, "connection"));
      tell_event(event("drain").add("left", left), global_.json);
      log_.info("draining {}, again to stop now", plural(left, "connection"));
    }
    const gnet::Duration limit = now_ ? gnet::Duration::zero() : unit_.grace();
    const gnet::Deadline grace(limit);
    const std::size_t cut_of_others = host_.stop(grace);
    unit_.stop(grace);
    end_answers();
    if (hubs_) hubs_->stop();
    ServerUnit::Losses losses = unit_.losses();
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
    if (!events_written(unit_.grace())) {
      log_.error("nobody reads standard output: the last events are lost");
      return Exit::io;
    }
    return cut + losses.lost == 0 ? Exit::ok : Exit::cut;
  }

  [[nodiscard]] static JsonObject stopped_event(std::uint64_t cut, std::uint64_t lost) {
    JsonObject stopped = event("stopped").add("cut", cut);
    if (lost != 0) stopped.add("lost", lost);
    return stopped;
  }

  // ---- signals ----

  void watch_signals() {
    stop_signals_.emplace([this](int) { stop(); }, [this](int number) { stop_at_once(number); });
    signals_.push_back(gnet::on_signal(SIGQUIT, [this](int) { answer(&ServerRun::quit); }));
    signals_.push_back(gnet::on_signal(SIGUSR1, [this](int) { answer(&ServerRun::dump_stats); }));
    signals_.push_back(gnet::on_signal(SIGUSR2, [](int) { gnet::reopen_log(); }));
    // Under nohup it was ignored when we were started, and stays so.
    struct sigaction inherited {};
    sigaction(SIGHUP, nullptr, &inherited);
    if (inherited.sa_handler == SIG_IGN) return;
    signals_.push_back(gnet::on_signal(SIGHUP, [this, had_terminal = has_terminal()](int) {
      if (had_terminal && global_.config.empty() && !has_terminal()) {
        return stop_signals_->receive(SIGTERM);
      }
      answer(&ServerRun::reload_for_signal);
    }));
  }

  // What may still wait for another thread when all else is done. Signals have no effect then.
  void answer(void (ServerRun::*what)()) {
    if (!over_) answers_.spawn([this, what] { (this->*what)(); });
  }

  void end_answers() noexcept {
    const gnet::Uninterruptible until_nobody_needs_this;
    over_ = true;
    if (!answers_.join(gnet::Deadline(kAnswerTime))) answers_.kill();
  }

  void stop() {
    stopping_ = true;
    unit_.rules().admission.changed.set();
  }

  void reload_for_signal() { static_cast<void>(reload()); }

  [[noreturn]] void stop_at_once(int number) {
    if (global_.json) post_event(stopped_event(unit_.rules().admission.active(), 0));
    gnet::flush_log();
    leave(exit_for_signal(number));
  }

  // All or nothing: what may fail comes first.
  Reload reload() override {
    gnet::reopen_log();
    if (closed_) return {.message = "the process is about to end"};
    Reload done;
    readiness_.reloading();
    try {
      LiveOptions::Update update = live_options().read_again();
      ServerUnit::Change change = unit_.prepare_change(update.part(options_));
      const auto changes = [&](std::string_view key) {
        return std::ranges::find(update.changed, key) != update.changed.end();
      };
      const std::vector<gnet::Certificate> certificates = change.certificates;
      if (changes("log-file") || changes("log-format")) set_up_log(*update.global);
      log_format_ = update.global->log_format;
      change_log_level(update.global->effective_log_level());
      verbosity_ = update.global->verbose.times;
      if (changes(options_.prefix + "stats-interval")) {
        stats_ = Ticker(update.part(options_).stats_interval);
      }
      unit_.change(std::move(change), !update.changed.empty());
      tell_reload(update, certificates);
      done = {.ok = true, .changed = update.changed, .restart = update.restart};
      live_options().adopt(std::move(update));
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

  void tell_reload(const LiveOptions::Update& update,
                   const std::vector<gnet::Certificate>& certificates) const {
    for (const gnet::Certificate& certificate : certificates) {
      log_.info("options read again, a new certificate of {}: --pin {}", certificate.subject(),
                certificate.pin());
    }
    if (!update.changed.empty()) {
      log_.info("options read again, changed: {}", fmt::join(update.changed, ", "));
    } else if (certificates.empty()) {
      log_.info("options read again, nothing to change");
    }
    if (!update.restart.empty()) {
      log_.warn("these options want a restart: {}", fmt::join(update.restart, ", "));
    }
    std::vector<std::string> pins;
    for (const gnet::Certificate& certificate : certificates) pins.push_back(certificate.pin());
    JsonObject told = event("reload")
                          .add("ok", true)
                          .add("changed", update.changed)
                          .add("restart", update.restart);
    if (!pins.empty()) told.add("pins", pins);
    tell_event(told, global_.json);
  }

  void quit() {
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

  void report_stats() {
    const gnet::FactoryCounters counters = all_counters();
    tell_event(all_stats(counters), global_.json);
    if (!global_.json) log_.info("{}", stats_text(counters));
  }

  // Of all services.
  [[nodiscard]] gnet::FactoryCounters all_counters() const {
    gnet::FactoryCounters sum;
    for (const Unit* one : units()) sum += one->counters();
    return sum;
  }

  [[nodiscard]] JsonObject all_stats(const gnet::FactoryCounters& counters) const {
    JsonObject told = stats_event(counters);
    if (handlers_.stats) handlers_.stats(told);
    return told;
  }

  // SIGUSR1 asks for it, so it comes whatever the log level is.
  void dump_stats() {
    const bool json = global_.json || log_format_ == gnet::LogFormat::json;
    const gnet::FactoryCounters counters = all_counters();
    std::string text = (json ? all_stats(counters).text() : stats_text(counters)) + "\n";
    if (!json && handlers_.stats_lines) text += handlers_.stats_lines();
    if (verbosity_ > 0 && !json) text += connections_text(factories());
    tell(text);
    if (json) return;
    if (verbosity_ > 0) return dump_all_fibers(hubs_);
    for (const auto& deadlock : gnet::diag::find_deadlocks()) tell(deadlock.text);
  }

  // On standard error, where log lines are: who reads those reads this too.
  void tell(std::string_view text) const {
    if (log_format_ != gnet::LogFormat::logfmt) return post_report(text);
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      post_report(gnet::format_record({.time = std::chrono::system_clock::now(),
                                       .level = gnet::LogLevel::info,
                                       .logger = handlers_.name,
                                       .peer = {},
                                       .message = text.substr(0, end)},
                                      log_format_));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  // Of all services.
  [[nodiscard]] Factories factories() const {
    Factories all;
    for (const Unit* one : units()) {
      all.insert(all.end(), one->factories().begin(), one->factories().end());
    }
    return all;
  }

  // ---- as an Instance ----

  [[nodiscard]] std::string name() const override {
    return options_.name.empty() ? unit_.name() : options_.name;
  }
  [[nodiscard]] std::string command() const override { return unit_.type(); }
  [[nodiscard]] std::vector<Unit*> units() const override {
    std::vector<Unit*> all{&unit_};
    for (const auto& one : host_.units()) all.push_back(one.get());
    return all;
  }
  [[nodiscard]] const std::shared_ptr<gnet::HubGroup>& hubs() const noexcept override {
    return hubs_;
  }

  void shutdown(bool now) override {
    now_ = now_ || now;
    stop();
  }

  Unit& add(const std::string& service, const std::string& type, const Words& words) override {
    for (const Unit* one : units()) {
      if (one->name() != service) continue;
      throw Failure(Exit::usage, fmt::format("there is a service '{}' already", service));
    }
    if (closed_) throw Failure(Exit::negative, "the process is about to end");
    return host_.add(service, type, words);
  }

  std::size_t remove(Unit& unit, gnet::Deadline grace) override {
    if (host_.has(unit)) return host_.remove(unit, grace);
    throw Failure(Exit::negative,
                  fmt::format("'{}' is what the process was started for", unit.name()),
                  "stop ends the service, shutdown the process");
  }

  [[nodiscard]] std::string config(const Unit* unit, bool json) const override {
    const auto* const hosted = dynamic_cast<const HostedUnit*>(unit);
    return hosted != nullptr ? hosted->config(json) : live_options().explain(json);
  }

  const GlobalOptions& global_;
  const ServerOptions& options_;
  const Handlers& handlers_;
  const std::string control_path_;        // empty: none
  std::shared_ptr<gnet::HubGroup> hubs_;  // null: this thread alone
  mutable ServerUnit unit_;
  UnitHost host_{hubs_, global_.json};  // of those that were added
  const gnet::Logger& log_;
  std::vector<Listening> listening_;
  std::shared_ptr<Steward> steward_;  // null: it is not needed
  Readiness readiness_;
  unsigned verbosity_;
  gnet::LogFormat log_format_;
  Ticker stats_;
  Ticker watchdog_;
  Operations operations_{*this};
  std::unique_ptr<ControlServer> control_;  // null: there is none
  std::optional<gnet::StopSignals> stop_signals_;
  std::vector<gnet::SignalHandler> signals_;
  bool stopping_ = false;
  bool now_ = false;  // without grace
  bool closed_ = false;
  bool over_ = false;
  gnet::Group answers_;  // to signals
};

}  // namespace

Exit serve(const GlobalOptions& global, const ServerOptions& options, const Handlers& handlers) {
  if (HostedUnit* const hosted = HostedUnit::current()) {
    return hosted->serve(global, options, handlers);
  }
  return ServerRun(global, options, handlers).run();
}

bool is_controlled(const ServerOptions& options) noexcept {
  if (HostedUnit::current() != nullptr) return true;
  return options.control != "none" && !(options.name.empty() && options.control.empty());
}

}  // namespace cli
