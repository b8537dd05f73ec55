// A server as a service: its listeners, its rules, its connections; without what a process has.
//
//   ServerUnit unit("echo", "echo-server", global, options, handlers);
//   unit.open(take_inherited_sockets());   // binds
//   unit.share(hubs);
//   unit.start();                          // accepts
//   unit.wait_until_over();
//   unit.stop(10s);
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/server/listen.h"
#include "cli/server/unit.h"
#include "gnet/os/hub_group.h"
#include "gnet/protocol/service.h"
#include "gnet/sync/group.h"

namespace cli {

class ServerUnit final : public Unit {
 public:
  // All of these outlive it, and are named in its messages. Throws Failure.
  ServerUnit(std::string name, std::string type, const GlobalOptions& global,
             const ServerOptions& options, const Handlers& handlers);

  // Stops without grace.
  ~ServerUnit() override;

  // Binds and listens: on the sockets of a supervisor, if the options name no other place. Throws
  // Failure.
  void open(std::vector<InheritedSocket> inherited = {});
  void open(SocketStock stock, std::vector<InheritedSocket> inherited = {});

  // Connections live on these hubs; null: on this one alone. Before start().
  void share(std::shared_ptr<gnet::HubGroup> hubs) noexcept { hubs_ = std::move(hubs); }

  void start() override;
  std::size_t stop(gnet::Deadline grace) override;
  [[nodiscard]] gnet::Duration grace() const override { return drain_timeout_; }
  void restart() override;
  void pause() override;
  void resume() override;
  bool notify(std::string_view message) override;

  [[nodiscard]] std::vector<Listening> listening() const override { return listening_; }
  [[nodiscard]] const Factories& factories() const noexcept override { return factories_; }
  [[nodiscard]] gnet::FactoryCounters counters() const override;
  [[nodiscard]] std::string metrics() const override;

  // What listens, for another server to go on with. Nothing is accepted here any more.
  [[nodiscard]] SocketStock hand_over();

  // Closes what listens. False: that has been done before.
  bool close_listeners();

  // The limits of the options: that it has served all that it was to serve.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] gnet::Deadline idle_limit() const;

  // Other options hold; on SIGHUP. What may fail is done by prepare_change().
  struct Change {
    std::unique_ptr<const SessionSettings> settings;
    std::function<void()> put_in_place;
    std::vector<gnet::Certificate> certificates;
    gnet::Duration drain_timeout{};
    gnet::Duration drain_quiet{};
  };
  [[nodiscard]] Change prepare_change(const ServerOptions& fresh);
  void change(Change change, bool is_different);

  [[nodiscard]] SessionRules& rules() noexcept { return rules_; }
  [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }
  [[nodiscard]] const gnet::Logger& log() const noexcept { return log_; }

  // What ended otherwise than in peace when it stopped, for who tells of it.
  struct Losses {
    std::uint64_t cut = 0;   // connections that took too long
    std::uint64_t late = 0;  // that went on after a pause
    std::uint64_t lost = 0;  // answers that were not due yet
  };
  [[nodiscard]] Losses losses() const;

 private:
  void enlist();
  void require_own_sockets() const;
  [[nodiscard]] std::string free_name(std::size_t number) const;
  void discharge();
  std::size_t drain(const Factories& factories, gnet::Deadline grace);

  const GlobalOptions& global_;
  const ServerOptions& options_;
  const Handlers& handlers_;
  gnet::Logger log_;
  SessionRules rules_;
  bool adopts_ = false;  // sockets of a supervisor
  gnet::Duration drain_timeout_;
  gnet::Duration drain_quiet_;
  std::shared_ptr<gnet::HubGroup> hubs_;
  gnet::Service& service_ = gnet::Service::instance();
  std::vector<Bound> bound_;  // not yet serving
  std::vector<Listening> listening_;
  Factories factories_;  // owned by the service
  std::uint64_t cut_ = 0;
  unsigned generation_ = 0;
  bool closed_ = false;
  gnet::Group drains_;  // of what it was before a restart
};

}  // namespace cli
