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
#include "cli/server/privileges.h"
#include "cli/server/ready.h"
#include "cli/server/steward.h"
#include "cli/server/ticker.h"
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

class ServerRun {
 public:
  ServerRun(const GlobalOptions& global, const ServerOptions& options, const Handlers& handlers)
      : global_(global),
        options_(options),
        handlers_(handlers),
        log_(handlers.name),
        rules_(global, options),
        readiness_(options, global.json),
        verbosity_(global.verbose.times),
        log_format_(global.log_format),
        drain_timeout_(options.drain_timeout),
        drain_quiet_(options.drain_quiet),
        stats_(options.stats_interval),
        watchdog_(watchdog_interval()) {
    if (handlers.logs_requests) rules_.log.leave_access_log();
    if (handlers.begin) handlers.begin(rules_);
  }

  ~ServerRun() {
    end_answers();
    if (steward_) gnet::set_log_opener({});
  }
  ServerRun(const ServerRun&) = delete;
  ServerRun& operator=(const ServerRun&) = delete;

  Exit run() {
    service_.handle_signals(false);  // here they do more than stop it
    note_ignored();
    set_up_tls(rules_);
    open_endpoints();
    warn_of_openness();
    keep_files();
    drop_privileges(options_);
    start_threads();
    watch_signals();
    std::vector<Listening> listening;
    for (const Bound& bound : bound_) listening.push_back(bound.listening);
    for (const Listening& where : listening) log_.info("listening on {}", where.endpoint);
    if (rules_.tls && !listening.empty()) tell_certificate();
    if (handlers_.ready) handlers_.ready(listening);
    readiness_.announce(listening);
    start();
    wait_for_end();
    return wind_up();
  }

 private:
  void note_ignored() const {
    for (const gnet::Endpoint& endpoint : options_.endpoints) {
      if (endpoint.ignored_options().empty()) continue;
      log_.debug("{}: without effect here: {}", endpoint.url(),
                 fmt::join(endpoint.ignored_options(), ", "));
    }
  }

  // For clients that are to know this server again.
  void tell_certificate() const {
    const gnet::Certificate certificate = rules_.tls->certificate();
    log_.info("certificate of {}: --pin {}", certificate.subject(), certificate.pin());
    log_.info("its fingerprint: {}", certificate.fingerprint());
  }

  void open_endpoints() {
    std::vector<InheritedSocket> inherited = take_inherited_sockets();
    if (!inherited.empty() && names_no_endpoint(options_)) {
      bound_ = adopt_all(std::move(inherited), rules_, handlers_);
    } else {
      bound_ = bind_all(options_, rules_, handlers_);
    }
  }

  void warn_of_openness() const {
    bool is_open = false;
    for (const Bound& bound : bound_) {
      const Listening& where = bound.listening;
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
    for (const Bound& bound : bound_) {
      if (!bound.listening.path.empty()) files.sockets.push_back(bound.listening.path);
    }
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
    if (options_.threads.number < 2) return;
    for (Bound& bound : bound_) {
      if (!bound.has_connections) continue;
      try {
        if (!hubs_) hubs_ = std::make_shared<gnet::HubGroup>(options_.threads.number, kThreadName);
      } catch (const std::system_error& error) {
        cannot_start_threads(error.code());
      } catch (const std::bad_alloc&) {
        cannot_start_threads(std::make_error_code(std::errc::not_enough_memory));
      }
      bound.factory->spread_over(hubs_);
    }
  }

  [[noreturn]] void cannot_start_threads(std::error_code reason) const {
    throw Failure(
        Exit::io,
        fmt::format("cannot start {} threads: {}", options_.threads.number, gnet::describe(reason)),
        options_.named("--threads 1 needs none"), {}, reason);
  }

  void start() {
    for (Bound& bound : bound_) {
      factories_.push_back(bound.factory.get());
      const std::string number = factories_.size() > 1 ? fmt::format("-{}", factories_.size()) : "";
      service_.add_factory(handlers_.name + number, std::move(bound.factory));
    }
    service_.start();
  }

  // ---- while it runs ----

  void wait_for_end() {
    const gnet::Deadline lifetime = gnet::Deadline::within(options_.lifetime);
    while (!stopping_) {
      if (rules_.admission.exhausted()) {
        close_listeners();
        if (rules_.admission.active() == 0) return;
      }
      if (lifetime.passed() || idle_limit().passed()) return;
      if (stats_.due()) report_stats();
      if (watchdog_.due()) readiness_.notifier().send("WATCHDOG=1");
      const gnet::Deadline next =
          lifetime.earlier(idle_limit()).earlier(stats_.next()).earlier(watchdog_.next());
      static_cast<void>(rules_.admission.changed.wait(next));
      rules_.admission.changed.clear();
    }
  }

  [[nodiscard]] gnet::Deadline idle_limit() const {
    if (options_.idle_exit <= gnet::Duration::zero() || rules_.admission.active() > 0) {
      return gnet::Deadline::never();
    }
    return gnet::Deadline::after(rules_.admission.last_busy(), options_.idle_exit);
  }

  void close_listeners() {
    if (closed_) return;
    closed_ = true;
    readiness_.withdraw();
    for (gnet::Factory* factory : factories_) {
      factory->stop_accepting();
    }
  }

  Exit wind_up() {
    close_listeners();
    if (const std::uint64_t left = rules_.admission.active(); left > 0) {
      readiness_.notifier().send("STATUS=draining " + plural(left, "connection"));
      if (global_.json) post_event(event("drain").add("left", left));
      log_.info("draining {}, again to stop now", plural(left, "connection"));
    }
    for (gnet::Factory* factory : factories_) {
      if (auto* const streams = dynamic_cast<gnet::ConnectionFactory*>(factory)) {
        streams->drain_quiet = drain_quiet_;
      }
    }
    const std::size_t ended = service_.stop(gnet::Deadline(drain_timeout_));
    end_answers();
    if (hubs_) hubs_->stop();
    const std::uint64_t lost = rules_.lost_answers;
    const std::uint64_t late = rules_.cut_late;
    const std::uint64_t cut = ended - lost + late;
    if (global_.json) post_event(stopped_event(cut, lost));
    if (cut != late) {
      log_.error("cut {} that did not end within {}", plural(cut - late, "connection"),
                 gnet::format_duration(drain_timeout_));
    }
    if (late != 0) {
      log_.error("cut {} that went on sending after a pause: see --drain-quiet",
                 plural(late, "connection"));
    }
    if (lost != 0) {
      log_.error("lost {} that {} not due within {}", plural(lost, "answer"),
                 lost == 1 ? "was" : "were", gnet::format_duration(drain_timeout_));
    }
    if (!events_written(drain_timeout_)) {
      log_.error("nobody reads standard output: the last events are lost");
      return Exit::io;
    }
    return cut + lost == 0 ? Exit::ok : Exit::cut;
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
      answer(&ServerRun::reload);
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
    rules_.admission.changed.set();
  }

  [[noreturn]] void stop_at_once(int number) {
    if (global_.json) post_event(stopped_event(rules_.admission.active(), 0));
    gnet::flush_log();
    leave(exit_for_signal(number));
  }

  // All or nothing: what may fail comes first.
  void reload() {
    gnet::reopen_log();
    if (closed_) return;
    readiness_.reloading();
    try {
      LiveOptions::Update update = live_options().read_again();
      const ServerOptions& fresh = update.part(options_);
      auto settings = std::make_unique<const SessionSettings>(fresh, &*rules_.settings);
      const auto changes = [&](std::string_view key) {
        return std::ranges::find(update.changed, key) != update.changed.end();
      };
      const std::function<void()> put_in_place =
          handlers_.reload ? handlers_.reload() : std::function<void()>();
      const auto certificates = reload_certificates(rules_);
      if (changes("log-file") || changes("log-format")) set_up_log(*update.global);
      log_format_ = update.global->log_format;
      gnet::set_log_level(update.global->effective_log_level());
      verbosity_ = update.global->verbose.times;
      drain_timeout_ = fresh.drain_timeout;
      drain_quiet_ = fresh.drain_quiet;
      if (changes(options_.prefix + "stats-interval")) stats_ = Ticker(fresh.stats_interval);
      if (!update.changed.empty()) rules_.change(std::move(settings));
      if (put_in_place) put_in_place();
      rules_.admission.changed.set();  // the main loop looks at the clock anew
      tell_reload(update, certificates);
      live_options().adopt(std::move(update));
    } catch (const Failure& failure) {
      log_.error("the options stay as they are: {}", failure.what());
      if (global_.json) {
        post_event(event("reload")
                       .add("ok", false)
                       .add("changed", std::vector<std::string>())
                       .add("message", failure.what()));
      }
    }
    readiness_.reloaded();
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
    if (!global_.json) return;
    std::vector<std::string> pins;
    for (const gnet::Certificate& certificate : certificates) pins.push_back(certificate.pin());
    JsonObject told = event("reload")
                          .add("ok", true)
                          .add("changed", update.changed)
                          .add("restart", update.restart);
    if (!pins.empty()) told.add("pins", pins);
    post_event(told);
  }

  void quit() {
    if (verbosity_ > 0) post_report(gnet::diag::dump());
    // Other threads are asked; one that is busy must not keep the process.
    auto others = gnet::spawn([this] {
      for (gnet::Factory* factory : factories_) factory->visit_connections(reset_at_exit);
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
    if (global_.json) {
      post_event(stats_event(totals(factories_)));
    } else {
      log_.info("{}", stats_text(totals(factories_)));
    }
  }

  // SIGUSR1 asks for it, so it comes whatever the log level is.
  void dump_stats() {
    const bool json = global_.json || log_format_ == gnet::LogFormat::json;
    const gnet::FactoryCounters counters = totals(factories_);
    std::string text = (json ? stats_event(counters).text() : stats_text(counters)) + "\n";
    if (verbosity_ > 0 && !json) text += connections_text(factories_);
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

  const GlobalOptions& global_;
  const ServerOptions& options_;
  const Handlers& handlers_;
  gnet::Logger log_;
  SessionRules rules_;
  std::shared_ptr<Steward> steward_;  // null: it is not needed
  Readiness readiness_;
  unsigned verbosity_;
  gnet::LogFormat log_format_;
  gnet::Duration drain_timeout_;
  gnet::Duration drain_quiet_;
  Ticker stats_;
  Ticker watchdog_;
  std::shared_ptr<gnet::HubGroup> hubs_;  // null: this thread alone
  std::vector<Bound> bound_;
  Factories factories_;  // owned by the service
  gnet::Service& service_ = gnet::Service::instance();
  std::optional<gnet::StopSignals> stop_signals_;
  std::vector<gnet::SignalHandler> signals_;
  bool stopping_ = false;
  bool closed_ = false;
  bool over_ = false;
  gnet::Group answers_;  // to signals
};

}  // namespace

Exit serve(const GlobalOptions& global, const ServerOptions& options, const Handlers& handlers) {
  return ServerRun(global, options, handlers).run();
}

}  // namespace cli
