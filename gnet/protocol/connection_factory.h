// A factory of connections: it knows those that are alive, and counts.
//
//   fmt::print("{} alive\n", server.counters().active);
//
// The base of servers and clients, and the one engine that all of them run on: a connection has a
// place from accept to end, is known while it lives, drained and cut when its factory stops, and
// counted. All connections live on the factory's own hub, unless it is a server that spreads them
// over a HubGroup; a Connection is made, called and destroyed on the one hub on which it lives.
//
// Threads: as its hub. With a HubGroup, what walks connections may be used on any hub
// of the group, and connection_started(), connection_closing() and connection_ended() are called
// on the connection's own hub, on several at the same time.

#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "gnet/base/forks.h"
#include "gnet/os/hub_group.h"
#include "gnet/protocol/connection.h"
#include "gnet/protocol/connection_limit.h"
#include "gnet/protocol/factory.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

class Protocol;

class ConnectionFactory : public Factory {
 public:
  ~ConnectionFactory() override;

  // How long nothing may go either way on a connection until stop() takes it for quiet and ends it,
  // with nothing lost; but at most half of what stop() has. One that is never quiet for so long
  // is cut in the end.
  TimeSpan drain_quiet = std::chrono::milliseconds(250);

  [[nodiscard]] FactoryCounters counters() const override;
  void visit_connections(const std::function<void(Connection&)>& visit) override;
  void broadcast(std::string_view data) override;
  void spread_over(std::shared_ptr<HubGroup> hubs) override;

  // As visit_connections(), for those that are a C: for_each_connection<Echo>([](Echo& one) { … }).
  template <std::derived_from<Connection> C = Connection, typename F>
  void for_each_connection(F&& f) {
    visit_connections([&f](Connection& connection) {
      if constexpr (std::same_as<C, Connection>) {
        f(connection);
      } else if (auto* const one = dynamic_cast<C*>(&connection)) {
        f(*one);
      }
    });
  }

  // Connections alive now, from accept to end; on the factory's own hub.
  [[nodiscard]] std::size_t active() const noexcept {
    return static_cast<std::size_t>(counters_.active);
  }

  // Its name is that of the factory, or, outside of a Service, what log_name() says.
  [[nodiscard]] const Logger& log();

  // ---- to override ----

  [[nodiscard]] virtual std::string log_name() const { return "gnet"; }

  // A connection is there, and about to be served. What it throws is reported.
  virtual void connection_started(Connection& connection) { static_cast<void>(connection); }

  // A connection has had its connection_made().
  virtual void protocol_made(Protocol& protocol) { static_cast<void>(protocol); }

  // A connection is about to be closed: the last moment for its local(), unless a function has
  // closed its stream itself. Everything was sent, if it was to be. Must not suspend.
  virtual void connection_closing(Connection& connection) { static_cast<void>(connection); }

  // A connection has ended; after its connection_lost().
  virtual void connection_ended(Connection& connection, const CloseReason& reason) {
    static_cast<void>(connection), static_cast<void>(reason);
  }

  // A connection counts as active no more: it has ended, or could not begin. Called on
  // the factory's own hub, wherever the connection lived.
  virtual void connection_gone(const SocketAddress& peer) noexcept { static_cast<void>(peer); }

 protected:
  // The place of one connection among the active ones, from accept to end. Made on the
  // factory's hub; its end may come anywhere, and is told to that hub.
  class Slot {
   public:
    explicit Slot(ConnectionFactory& factory, const SocketAddress& peer = {}, std::size_t hub = 0);
    Slot(Slot&& other) noexcept
        : factory_(std::exchange(other.factory_, nullptr)),
          hub_(other.hub_),
          peer_(std::move(other.peer_)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot();

    // The hub on which the connection lives.
    [[nodiscard]] std::size_t hub() const noexcept { return hub_; }
    [[nodiscard]] const SocketAddress& peer() const noexcept { return peer_; }

   private:
    ConnectionFactory* factory_;
    std::size_t hub_;
    SocketAddress peer_;
  };

  // Runs a connection on the calling fiber, to its end. The caller is on the hub of the
  // Slot, and holds it.
  void run_connection(const Slot& slot, Connection& connection, Socket socket,
                      const SocketAddress& peer, std::unique_ptr<TLSSession> tls = nullptr,
                      const Introduce* introduce = nullptr);

  // Ends every connection: one of callbacks may go on until it is quiet, a function until it
  // returns, which reads the end when it waits for a quiet peer; both at most until `grace`.
  // Suspends until all have ended; returns how many were cut. Called by a connection, it neither
  // waits for that one nor cuts it, nor for others that have called it and wait themselves.
  // Connections that swallow their interrupt are left, and said.
  std::size_t end_connections(Deadline grace);

  // Whether the running fiber is that of one of its connections; on this hub.
  [[nodiscard]] bool is_caller() noexcept override;

  // As above without grace, and waits however long the last one takes: what they use is about to
  // go. By one of its own connections it is misuse, which ends the program.
  void end_all_connections();

  // Undoes end_connections(): new ones may be made.
  void begin_connections();

  // At most as many connections as this allows; null: any number. Before there are any.
  void set_limit(std::shared_ptr<ConnectionLimit> limit) { limit_ = std::move(limit); }
  [[nodiscard]] ConnectionLimit* limit() const noexcept { return limit_.get(); }

  // Null: there is but the factory's own hub.
  [[nodiscard]] HubGroup* hubs() const noexcept { return hubs_.get(); }

  void count_refused() noexcept { ++counters_.refused; }

  // Woken whenever a connection has ended.
  WaitQueue ended_;

 private:
  enum class Phase : std::uint8_t { serving, draining, cutting };

  // The connections on one hub; for its thread alone.
  struct Share {
    // The caller's own connection is not cut.
    void enter(Phase next, Duration quiet);
    void broadcast(std::string_view data);

    IntrusiveList<Connection> connections;
    Phase phase = Phase::serving;
    Duration quiet{};                  // while it drains
    std::uint64_t received_bytes = 0;  // of connections that have ended
    std::uint64_t sent_bytes = 0;
    std::uint64_t truncated = 0;
  };

  // Calls f(Share&) on each hub, one after the other.
  template <typename F>
  void on_each_hub(F&& f) const {
    const bool alone = !hubs_ || hubs_->stopped();
    for (std::size_t hub = 0; hub < shares_.size(); ++hub) {
      if (alone) {
        f(*shares_[hub]);
      } else {
        hubs_->run(hub, [&] { f(*shares_[hub]); });
      }
    }
  }

  void settle_in_child() noexcept;
  void enter(Phase phase, Duration quiet);
  [[nodiscard]] Duration quiet_within(Deadline grace) const;
  void free_slot(std::size_t hub, const SocketAddress& peer) noexcept;
  // Those that somebody waits for who stops: a connection does not wait for those that do so, too.
  [[nodiscard]] std::size_t awaited(bool by_connection) const noexcept {
    return active() - (by_connection ? callers_ : 0);
  }
  bool wait_for_connections(bool by_connection, Deadline deadline);

  // Messages to other hubs hold a share: they may arrive when the factory is gone.
  std::vector<std::shared_ptr<Share>> shares_{std::make_shared<Share>()};
  std::shared_ptr<HubGroup> hubs_;
  std::shared_ptr<ConnectionLimit> limit_;
  FactoryCounters counters_;  // but for what a Share counts
  unsigned forks_ = detail::forks();
  std::size_t callers_ = 0;  // connections that are in end_connections()
  std::unique_ptr<Logger> log_;
};

}  // namespace gnet
