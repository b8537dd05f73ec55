// Whom a server lets in: by address, by number, and how many in all.
//
//   Admission admission(options, settings);
//   if (!admission.admit(peer, local)) return;      // the logs say why
//   …
//   admission.left(peer);
//
// Threads: belongs to the hub that accepts, but for enter().

#pragma once

#include <asio/ip/address.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "cli/server/access.h"
#include "cli/server/session_settings.h"
#include "gnet/io/address.h"
#include "gnet/protocol/connection_limit.h"
#include "gnet/sync/event.h"

namespace cli {

class Admission {
 public:
  // `settings` are asked anew each time.
  Admission(const ServerOptions& options, const CurrentSettings& settings);

  // Whether this peer, which has come to `local`, is served, by --allow, --deny, --max-per-ip and
  // --max-accepts; if not, the logs say so.
  bool admit(const gnet::SocketAddress& peer, const gnet::Endpoint& local);

  // The same for a datagram, which counts as one connection.
  bool admit_datagram(const gnet::SocketAddress& peer);

  // A connection of a proxy, which will say for whom it is: counted as admit() does, but by no
  // address and no rule. It ends with left_proxy().
  bool admit_proxy(const gnet::SocketAddress& proxy, const gnet::Endpoint& local);
  void left_proxy() noexcept;

  // For whom it is: whether that client is served, by --allow, --deny and --max-per-ip; if not, the
  // logs say so. It counts as long as what is returned lives; null: it is not. From any hub.
  [[nodiscard]] std::shared_ptr<void> enter(const gnet::SocketAddress& client,
                                            const gnet::Endpoint& local);

  // A peer that was admitted has gone, with whatever was left of its connection.
  void left(const gnet::SocketAddress& peer) noexcept;

  // --max-connections, over all endpoints: there accepting pauses.
  [[nodiscard]] const std::shared_ptr<gnet::ConnectionLimit>& connections() const noexcept {
    return connections_;
  }

  // Other settings hold.
  void settings_changed();

  // All connections that --once or --max-accepts let in have come.
  [[nodiscard]] bool exhausted() const noexcept { return limit_ > 0 && admitted_ >= limit_; }

  // Peers that were admitted and have not left.
  [[nodiscard]] std::uint64_t active() const noexcept { return active_; }

  // When a connection, or a datagram, was last there.
  [[nodiscard]] gnet::TimePoint last_busy() const noexcept { return last_busy_; }

  // Set when exhausted() becomes true, when a connection ends after that, and when the
  // last one ends with --idle-exit.
  gnet::Event changed;

 private:
  [[nodiscard]] std::optional<Refusal> come(const gnet::SocketAddress& peer);
  void go(const gnet::SocketAddress& peer) noexcept;
  void departed() noexcept;
  void tell_refusal(const gnet::SocketAddress& peer, const gnet::Endpoint& local,
                    Refusal reason) const;
  void count() noexcept;

  const CurrentSettings& settings_;
  const std::uint64_t limit_;
  const bool tells_idle_;
  const std::shared_ptr<gnet::ConnectionLimit> connections_;
  std::uint64_t admitted_ = 0;
  std::uint64_t active_ = 0;
  gnet::TimePoint last_busy_;
  std::mutex mutex_;
  std::map<asio::ip::address, std::uint64_t> per_address_;
};

}  // namespace cli
