// Commands as services of this process: each runs in a fiber of its own, and where it comes to
// serve() it serves here, as long as its service is wanted.
//
//   UnitHost host(hubs, json);
//   Unit& echo = host.add("echo", "echo-server", {"-p", "6011"});   // it serves
//   host.remove(echo, 10s);
//
// What belongs to a process as a whole, such as --user and --log-file, is no option of a service.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/command.h"
#include "cli/line/settings.h"
#include "cli/server/server_unit.h"
#include "cli/server/unit.h"
#include "gnet/fiber/fiber.h"

namespace cli {

// The command of that name; throws UsageError when it is none that serves.
[[nodiscard]] const Command& server_command(const std::string& type);

// Whether an option is about the process as a whole.
[[nodiscard]] bool belongs_to_process(const Flag& flag) noexcept;

// A command that is a service: it runs from start() to stop().
class HostedUnit final : public Unit {
 public:
  // Throws Failure (usage) for a type that is no server, and for options that it has not.
  HostedUnit(std::string name, const std::string& type, Words words, bool json,
             const std::shared_ptr<gnet::HubGroup>& hubs);

  // As above, with options that were read already.
  HostedUnit(std::string name, const Command& command, std::vector<Setting> settings, bool json,
             const std::shared_ptr<gnet::HubGroup>& hubs);

  // Stops without grace.
  ~HostedUnit() override;

  // The first half of start(), which does it where it was not done: binds, or takes what listens
  // already. Suspends. Throws what the command throws.
  void listen(SocketStock stock = {});

  // Suspends until it serves. Throws as listen().
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
  void await_step();
  void run();

  const Command* command_;
  const Words words_;
  const bool json_;
  const std::shared_ptr<gnet::HubGroup>& hubs_;
  std::vector<Setting> settings_;
  std::shared_ptr<void> options_;
  gnet::Fiber<> fiber_;
  ServerUnit* server_ = nullptr;  // while it serves
  SocketStock stock_;
  gnet::Event begun_;  // it listens, serves, or has failed
  gnet::Event go_;     // it may accept
  bool listens_ = false;
  std::exception_ptr failure_;
  bool ending_ = false;
};

class UnitHost {
 public:
  // `hubs` may be given later; null: this thread alone.
  UnitHost(const std::shared_ptr<gnet::HubGroup>& hubs, bool json) : hubs_(hubs), json_(json) {}

  // Takes a service in and starts it. Throws Failure, also the command's own: then there is none.
  Unit& add(const std::string& name, const std::string& type, const Words& words);

  // The same, for one that is there already; it is not started.
  HostedUnit& take(std::unique_ptr<HostedUnit> unit);

  // In the place of another of the same name, which is returned, and still serves its connections.
  std::unique_ptr<HostedUnit> replace(HostedUnit& former, std::unique_ptr<HostedUnit> unit);

  // Gives it back, as it is.
  std::unique_ptr<HostedUnit> release(Unit& unit);

  // Ends it, and forgets it. False: it is none of these.
  [[nodiscard]] bool has(const Unit& unit) const noexcept;
  std::size_t remove(Unit& unit, gnet::Deadline grace);

  // Ends all, the last one first; they have time until then together.
  std::size_t stop(gnet::Deadline grace);

  [[nodiscard]] const std::vector<std::unique_ptr<HostedUnit>>& units() const noexcept {
    return units_;
  }

 private:
  const std::shared_ptr<gnet::HubGroup>& hubs_;
  const bool json_;
  std::vector<std::unique_ptr<HostedUnit>> units_;
};

}  // namespace cli
