// A factory of connections: it knows those that are alive, and counts.
//
//   fmt::print("{} alive\n", server.counters().active);
//
// The base of servers and clients. All connections live on the factory's own hub,
// unless it is a server that spreads them over a HubGroup; a connection's Protocol is
// made, called and destroyed on the one hub on which it lives.
//
// Threads: as its hub. With a HubGroup, what walks connections may be used on any hub
// of the group, and connection_started() and connection_ended() are called on the
// connection's own hub, on several at the same time.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/io/tls_session.h"
#include "gnet/os/hub_group.h"
#include "gnet/protocol/factory.h"
#include "gnet/protocol/protocol.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

struct ConnectionCounters {
  std::uint64_t accepted = 0;  // connections made
  std::uint64_t refused = 0;   // turned away by admit()
  std::uint64_t active = 0;    // alive now
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
};

class ConnectionFactory : public Factory {
 public:
  ~ConnectionFactory() override;

  // Bytes include those of connections that live. Asks all hubs, and suspends where there
  // are several.
  [[nodiscard]] ConnectionCounters counters() const;

  // Calls f(Protocol&) for each live connection, on its own hub. f must not suspend.
  // One hub comes after the other, and the caller suspends meanwhile: f may use what
  // belongs to the caller.
  template <typename F>
  void for_each_connection(F&& f) {
    on_each_hub([&f](Share& share) { share.connections.for_each(f); });
  }

  // Queues `data` on every open connection, without waiting for any: one whose queue
  // is above its high-water mark is aborted. Other hubs do it in their own time.
  void broadcast(std::string_view data);

  [[nodiscard]] const Logger& log();

  // ---- to override ----

  // A connection is there; after its connection_made().
  virtual void connection_started(Protocol& protocol) { static_cast<void>(protocol); }

  // A connection has ended; after its connection_lost().
  virtual void connection_ended(Protocol& protocol, const CloseReason& reason) {
    static_cast<void>(protocol), static_cast<void>(reason);
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
  void run_connection(const Slot& slot, Protocol& protocol, Socket socket,
                      const SocketAddress& peer, std::unique_ptr<TLSSession> tls = nullptr);

  // Ends every connection: each may go on until it is quiet, at most until `grace`.
  // Suspends until all have ended; returns how many were cut.
  std::size_t end_connections(Deadline grace);

  // Undoes end_connections(): new ones may be made.
  void begin_connections();

  // Has connections live on all hubs of the group from now on. Throws Misuse when there
  // are some already.
  void spread_over(std::shared_ptr<HubGroup> hubs);

  // Null: there is but the factory's own hub.
  [[nodiscard]] HubGroup* hubs() const noexcept { return hubs_.get(); }

  [[nodiscard]] std::uint64_t active() const noexcept { return counters_.active; }
  void count_refused() noexcept { ++counters_.refused; }

  // Woken whenever a connection has ended.
  WaitQueue ended_;

 private:
  friend class Protocol;

  enum class Phase : std::uint8_t { serving, draining, cutting };

  // The connections on one hub; for its thread alone.
  struct Share {
    void enter(Phase next);
    void broadcast(std::string_view data);

    IntrusiveList<Protocol> connections;
    Phase phase = Phase::serving;
    std::uint64_t received_bytes = 0;  // of connections that have ended
    std::uint64_t sent_bytes = 0;
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

  void enter(Phase phase);
  void free_slot(std::size_t hub, const SocketAddress& peer) noexcept;
  bool wait_for_connections(Deadline deadline);

  // Messages to other hubs hold a share: they may arrive when the factory is gone.
  std::vector<std::shared_ptr<Share>> shares_{std::make_shared<Share>()};
  std::shared_ptr<HubGroup> hubs_;
  ConnectionCounters counters_;  // but for the bytes
  std::unique_ptr<Logger> log_;
};

}  // namespace gnet
