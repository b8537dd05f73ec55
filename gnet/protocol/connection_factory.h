// A factory of connections: it knows those that are alive, and counts.
//
// The base of servers and clients. Threads: as its hub.

#pragma once

#include <cstdint>
#include <memory>
#include <utility>

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

  // Bytes include those of connections that live.
  [[nodiscard]] ConnectionCounters counters() const;

  // Calls f(Protocol&) for each live connection. f must not suspend.
  template <typename F>
  void for_each_connection(F&& f) {
    connections_.for_each(std::forward<F>(f));
  }

  // Queues `data` on every open connection, without waiting for any: one whose queue
  // is above its high-water mark is aborted.
  void broadcast(std::string_view data);

  [[nodiscard]] const Logger& log();

  // ---- to override ----

  // A connection is there; after its connection_made().
  virtual void connection_started(Protocol& protocol) { static_cast<void>(protocol); }

  // A connection has ended; after its connection_lost().
  virtual void connection_ended(Protocol& protocol, const CloseReason& reason) {
    static_cast<void>(protocol), static_cast<void>(reason);
  }

 protected:
  // The place of one connection among the active ones, from accept to end.
  class Slot {
   public:
    explicit Slot(ConnectionFactory& factory) noexcept;
    Slot(Slot&& other) noexcept : factory_(std::exchange(other.factory_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot();

   private:
    ConnectionFactory* factory_;
  };

  // Runs a connection on the calling fiber, to its end. The caller holds its Slot.
  void run_connection(Protocol& protocol, Socket socket, const sockaddr_in6& peer);

  // Ends every connection: each may go on until it is quiet, at most until `grace`.
  // Suspends until all have ended; returns how many were cut.
  std::size_t end_connections(Deadline grace);

  // Undoes end_connections(): new ones may be made.
  void begin_connections() noexcept { ending_ = false; }

  [[nodiscard]] std::uint64_t active() const noexcept { return counters_.active; }
  void count_refused() noexcept { ++counters_.refused; }

  // Woken whenever a connection has ended.
  WaitQueue ended_;

 private:
  friend class Protocol;

  bool wait_for_connections(Deadline deadline);

  IntrusiveList<Protocol> connections_;
  bool ending_ = false;
  ConnectionCounters counters_;  // of ended connections, as to bytes
  std::unique_ptr<Logger> log_;
};

}  // namespace gnet
