// A command as a service of this process: it runs in a fiber of its own, from start() to stop().
//
//   HostedUnit echo("echo", service_command("echo-server"), settings, json, hubs);
//   echo.start();
//   echo.stop(10s);
//
// Where a server comes to serve() it serves here; a client and a program work until they have done
// what they are to do. One that ends by itself begins anew, if that is wanted.
//
// What belongs to a process as a whole, such as --user and --log-file, is no option of a service.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/line/command.h"
#include "cli/line/env_file.h"
#include "cli/line/hosted.h"
#include "cli/line/settings.h"
#include "cli/server/server_unit.h"
#include "cli/server/service_life.h"
#include "cli/server/unit.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/mutex.h"

namespace cli {

// The command of that name; throws UsageError when it is none that can be a service.
[[nodiscard]] const Command& service_command(const std::string& type);

// Whether an option is about the process as a whole.
[[nodiscard]] bool belongs_to_process(const Flag& flag) noexcept;

// What a service is beside its command.
struct ServiceRules {
  ServiceLife life = {};
  std::vector<std::string> after = {};  // those of its life, and whose ports it wants to know
  Variables variables = {};             // for its programs
};

class HostedUnit final : public Unit, private Hosted {
 public:
  // Throws Failure (usage) for a type that is no service, and for options that it has not.
  HostedUnit(std::string name, const std::string& type, Words words, bool json,
             const std::shared_ptr<gnet::HubGroup>& hubs);

  // As above, with options that were read already.
  HostedUnit(std::string name, const Command& command, std::vector<Setting> settings, bool json,
             const std::shared_ptr<gnet::HubGroup>& hubs, ServiceRules rules = {});

  // Stops without grace.
  ~HostedUnit() override;

  // The first half of start(), which does it where it was not done: a server binds, or takes what
  // listens already. Suspends. Throws what the command throws.
  void listen(SocketStock stock = {});

  // Suspends until it serves, or works, or its first try has failed; it may go on trying then. One
  // that waits for its next try begins at once. Throws as listen(), and when it is told to end
  // meanwhile.
  void start() override;

  // What listens, for another to go on with.
  [[nodiscard]] SocketStock hand_over();
  std::size_t stop(gnet::Deadline grace) override;
  [[nodiscard]] gnet::Duration grace() const override;
  void restart() override;
  void pause() override;
  void resume() override;
  bool notify(std::string_view message) override;
  [[nodiscard]] std::vector<Listening> listening() const override;
  [[nodiscard]] const Factories& factories() const noexcept override;
  [[nodiscard]] gnet::FactoryCounters counters() const override;
  [[nodiscard]] std::string metrics() const override;
  [[nodiscard]] std::uint64_t restarts() const noexcept override { return restarts_.count(); }

  [[nodiscard]] const ServiceRules& rules() const noexcept { return rules_; }
  // What its options have become, to be compared with others.
  [[nodiscard]] const std::vector<Setting>& settings() const noexcept { return settings_; }

  [[nodiscard]] bool is_server() const noexcept { return command_->service == ServiceKind::server; }

  // How it has ended by itself, for good; nothing: it has not. `hear` is called when it does.
  [[nodiscard]] std::optional<Exit> ended() const noexcept { return ended_; }
  void on_end(std::function<void()> hear) { hear_ = std::move(hear); }

  // How long a connection that has just come may take to say what for, see --drain-quiet.
  [[nodiscard]] gnet::Duration quiet() const;

  // As --explain prints it.
  [[nodiscard]] std::string config(bool json) const;

  // What serve() does in its fiber: serves until the service ends.
  [[nodiscard]] Exit serve(const GlobalOptions& global, const ServerOptions& options,
                           const Handlers& handlers);

  // The service in whose fiber this is called, or null.
  [[nodiscard]] static HostedUnit* current() noexcept;

 private:
  void read_options();
  void take_options(std::vector<Setting> settings);
  void begin();
  void listen_first(SocketStock stock);
  void await_step();
  void run();
  void run_once();
  [[nodiscard]] bool is_to_begin_anew();
  void conclude(bool failed);

  // ---- as a Hosted ----
  bool await_start() override;
  void started() override;
  const std::string& service_name() const noexcept override { return name(); }
  const Variables& variables() const noexcept override { return rules_.variables; }

  const Command* command_;
  const Words words_;
  const bool json_;
  const std::shared_ptr<gnet::HubGroup>& hubs_;
  const ServiceRules rules_;
  Restarts restarts_{rules_.life};
  std::function<void()> hear_;
  std::vector<Setting> settings_;
  std::shared_ptr<void> options_;
  gnet::Fiber<> fiber_;
  ServerUnit* server_ = nullptr;  // while it serves
  SocketStock stock_;
  gnet::Mutex turn_;          // of those who have it begin
  std::size_t stopping_ = 0;  // that many have it end: it does not begin meanwhile
  gnet::Event begun_;         // it has come to its next step, or has not
  gnet::Event go_;            // it may accept, or work
  gnet::Event idle_;          // its fiber is at its end
  gnet::Event again_;         // it need not wait for its next try
  bool active_ = false;       // its fiber runs
  bool listens_ = false;      // and has not been told to go
  Exit status_ = Exit::ok;
  std::string reason_;  // of the last end, if that was a failure
  std::exception_ptr failure_;
  std::optional<Exit> ended_;
};

}  // namespace cli
