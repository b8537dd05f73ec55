// The life of a process that serves, from binding to the exit status: what it has beside its
// services, which are for a class that derives from it.
//
// In this order: bind and listen; drop privileges; say that it is ready; accept. Then it runs until
// a signal, its control socket or one of the limits ends it: listeners close at once, connections
// may come to their end within a time, and those that do not are cut.
//
//   class ServerRun final : public Process { … };
//   return ServerRun(global, options, handlers).run();
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/control/control_server.h"
#include "cli/line/live_options.h"
#include "cli/server/operations.h"
#include "cli/server/server_unit.h"
#include "cli/server/ticker.h"
#include "cli/server/unit_host.h"
#include "gnet/base/log_format.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/os/signal.h"
#include "gnet/os/stop_signals.h"
#include "gnet/sync/group.h"
#include "gnet/sync/mutex.h"

namespace cli {

class Process : public Instance {
 public:
  // Both outlive it; `default_name` is what it is called without --name, also in log lines. Throws
  // UsageError.
  Process(const GlobalOptions& global, const ServerOptions& options, std::string default_name);
  ~Process() override;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Returns Exit::ok, or Exit::cut when something was cut or lost. Throws Failure when it cannot
  // begin.
  [[nodiscard]] Exit run();

  // ---- as an Instance ----

  [[nodiscard]] std::string name() const override;
  [[nodiscard]] const std::shared_ptr<gnet::HubGroup>& hubs() const noexcept override {
    return hubs_;
  }
  [[nodiscard]] std::vector<Unit*> units() const override;
  Reload reload() override;
  void shutdown(bool now) override;
  Unit& add(const std::string& name, const std::string& type, const Words& words) override;
  std::size_t remove(Unit& unit, gnet::Deadline grace) override;

 protected:
  // ---- what processes differ in ----

  // Binds everything.
  virtual void open() = 0;
  [[nodiscard]] virtual std::vector<Listening> listening() const = 0;

  // Connections may live on hubs(), if there are some.
  virtual void share_hubs() {}

  // What is to be said, and done, before it is ready; may suspend until stopping().
  virtual void about_to_be_ready() {}

  // Accepts from now on.
  virtual void start() = 0;

  // Asked whenever `woken` is set, and at next_look(): whether it has done what it was to do.
  [[nodiscard]] virtual bool is_over() { return false; }
  // Whether it ends because of a failure, which its exit status tells.
  [[nodiscard]] virtual bool has_failed() const { return false; }
  [[nodiscard]] virtual gnet::Deadline next_look() const { return gnet::Deadline::never(); }

  virtual void stop_listening() = 0;

  // How many connections there are, and how long they have.
  [[nodiscard]] virtual std::uint64_t sessions() const = 0;
  [[nodiscard]] virtual gnet::Duration grace() const = 0;

  // Ends all services of its own.
  virtual ServerUnit::Losses end(gnet::Deadline grace) = 0;

  // More than counters that is told with them: in events, and as lines for people.
  virtual void add_stats(JsonObject& stats) const { static_cast<void>(stats); }
  [[nodiscard]] virtual std::string stats_lines() const { return {}; }

  // Puts other options in place. Throws Failure: then all is as it was.
  virtual Reload read_again() = 0;

  // ---- for those ----

  void adopt(const GlobalOptions& global, const std::vector<std::string>& changed,
             gnet::Duration stats_interval);
  void warn_of_openness(bool is_open) const;
  void close_listeners();

  [[nodiscard]] UnitHost& host() noexcept { return host_; }
  [[nodiscard]] const UnitHost& host() const noexcept { return host_; }
  [[nodiscard]] const GlobalOptions& global() const noexcept { return global_; }
  [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }
  [[nodiscard]] const gnet::Logger& log() const noexcept { return log_; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }  // `woken` is set then
  [[nodiscard]] gnet::Deadline lifetime() const noexcept { return lifetime_; }

  gnet::Event* woken = &own_woken_;

 private:
  void open_control();
  void keep_files();
  void start_threads();
  [[noreturn]] void cannot_start_threads(std::error_code reason) const;
  void wait_for_end();
  Exit wind_up();

  void watch_signals();
  // What a signal asks for. One that comes while an earlier one waits for its turn is answered with
  // it.
  struct Question {
    void (Process::*answer)();
    gnet::Mutex turn{};
    bool waiting = false;
  };
  void ask(Question& question);
  void end_answers() noexcept;
  void stop();
  [[noreturn]] void stop_at_once(int number);
  void reload_for_signal();
  [[noreturn]] void quit();

  [[nodiscard]] Factories factories() const;
  [[nodiscard]] gnet::FactoryCounters all_counters() const;
  [[nodiscard]] JsonObject all_stats(const gnet::FactoryCounters& counters) const;
  void report_stats();
  void dump_stats();
  void tell(std::string_view text) const;

  const GlobalOptions& global_;
  const ServerOptions& options_;
  const std::string default_name_;
  const std::string control_path_;  // empty: none
  const gnet::Logger log_;
  gnet::Event own_woken_;
  std::shared_ptr<gnet::HubGroup> hubs_;  // null: this thread alone
  UnitHost host_{hubs_, global_.json};
  std::vector<Listening> listening_;
  std::shared_ptr<Steward> steward_;  // null: it is not needed
  Readiness readiness_;
  unsigned verbosity_;
  gnet::LogFormat log_format_;
  Ticker stats_;
  Ticker watchdog_;
  Operations operations_{*this};
  std::unique_ptr<ControlServer> control_;  // null: there is none
  gnet::CancelScope opening_;               // until it listens: a name may take long to resolve
  std::optional<gnet::StopSignals> stop_signals_;
  std::vector<gnet::SignalHandler> signals_;
  gnet::Mutex reloading_;
  gnet::Deadline lifetime_ = gnet::Deadline::never();
  bool begun_ = false;
  bool stopping_ = false;
  bool now_ = false;  // without grace
  bool closed_ = false;
  bool over_ = false;
  Question reload_asked_{&Process::reload_for_signal};
  Question stats_asked_{&Process::dump_stats};
  Question quit_asked_{&Process::quit};
  gnet::Group answers_;  // to signals
};

}  // namespace cli
