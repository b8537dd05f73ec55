// A connection of a server command, with what the server options want of every
// connection: who may connect, how fast, how long silent, and what is reported.
//
//   struct Discard : cli::Session {
//     using Session::Session;
//     void data_received(std::string_view data) override { pace(data.size()); }
//   };
//
// Threads: a Session as gnet::Protocol. With --threads several hubs share the rules:
// what says so is for the hub on which they were made, the rest is for all.

#pragma once

#include <asio/ip/address.hpp>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/line/global_options.h"
#include "cli/server/session_settings.h"
#include "cli/server/tls_options.h"
#include "cli/server/token_bucket.h"
#include "gnet/io/address.h"
#include "gnet/io/tls_context.h"
#include "gnet/protocol/protocol.h"
#include "gnet/sync/event.h"

namespace cli {

// What all connections of one server share.
class SessionRules {
 public:
  SessionRules(const GlobalOptions& global, const ServerOptions& options);

  // ---- on the rules' own hub ----

  // Whether this peer, which has come to `local`, is served, by --allow, --deny, --max-per-ip and
  // --max-accepts; if not, the logs say so. Suspends while --max-connections are alive.
  bool admit(const gnet::SocketAddress& peer, const gnet::Endpoint& local);

  // The same for a datagram, which counts as one connection.
  bool admit_datagram(const gnet::SocketAddress& peer);

  // A peer that was admitted has gone, with whatever was left of its connection.
  void left(const gnet::SocketAddress& peer) noexcept;

  // So many answers to datagrams were put off, and are not sent any more.
  void lose_answers(std::uint64_t count) noexcept { lost_answers_ += count; }
  [[nodiscard]] std::uint64_t lost_answers() const noexcept { return lost_answers_; }

  // From now on these hold.
  void change(std::unique_ptr<const SessionSettings> settings);

  // All connections that --once or --max-accepts let in have come.
  [[nodiscard]] bool exhausted() const noexcept { return limit_ > 0 && admitted_ >= limit_; }

  [[nodiscard]] std::uint64_t active() const noexcept { return active_; }

  // When a connection, or a datagram, was last there.
  [[nodiscard]] gnet::TimePoint last_busy() const noexcept { return last_busy_; }
  void busy() noexcept;

  // Set when exhausted() becomes true, when a connection ends after that, and when the
  // last one ends with --idle-exit.
  gnet::Event changed;

  // What endpoints that are secured by TLS have in common, unless they name their own certificate.
  std::optional<gnet::TLSContext> tls;
  std::map<TLSFiles, gnet::TLSContext> own_tls;
  [[nodiscard]] std::optional<gnet::TLSContext> tls_for(const gnet::Endpoint& endpoint) const;

  // ---- on the hub of the connection ----

  // Called for each connection that begins and that ends.
  void began(gnet::Protocol& session);
  void ended(gnet::Protocol& session, const gnet::CloseReason& reason);

  // Waits as long as --rate-limit-total wants after so many bytes.
  void pace_total(std::size_t bytes);

  // What holds for connections that begin now. Lives as long as the rules.
  [[nodiscard]] const SessionSettings& settings() const noexcept {
    return *settings_.load(std::memory_order_acquire);
  }

  [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }
  [[nodiscard]] bool json() const noexcept { return json_; }

 private:
  [[nodiscard]] bool full() const noexcept;
  std::optional<Refusal> refusal(const gnet::SocketAddress& peer);
  void tell_refusal(const gnet::SocketAddress& peer, const gnet::Endpoint& local,
                    Refusal reason) const;

  const ServerOptions& options_;
  bool json_;
  std::uint64_t limit_;
  std::uint64_t admitted_ = 0;
  std::uint64_t active_ = 0;
  std::uint64_t lost_answers_ = 0;
  gnet::TimePoint last_busy_;
  // The last ones hold; others may still be reading those before.
  std::vector<std::unique_ptr<const SessionSettings>> all_settings_;
  std::atomic<const SessionSettings*> settings_;
  gnet::Event room_;  // set while fewer than --max-connections are alive
  std::map<asio::ip::address, std::uint64_t> per_address_;
  std::mutex total_mutex_;
  TokenBucket total_;
};

class Session : public gnet::Protocol {
 public:
  explicit Session(SessionRules& rules);

  // Whoever overrides these calls them first.
  void connection_made() override { rules_.began(*this); }
  void pre_connection_lost(const gnet::CloseReason& reason) override;
  void connection_lost(const gnet::CloseReason& reason) override;

 protected:
  // Whether there are rate limits.
  [[nodiscard]] bool limited() const noexcept { return limited_; }

  // Waits as long as they want after so many bytes.
  void pace(std::size_t bytes) {
    if (limited_) wait_for_rate(bytes);
  }

  [[nodiscard]] SessionRules& rules() noexcept { return rules_; }

 private:
  void wait_for_rate(std::size_t bytes);

  SessionRules& rules_;
  bool limited_;
  std::unique_ptr<gnet::Endpoint> local_;  // for the access log, when the socket is closed
  std::unique_ptr<TokenBucket> bucket_;    // with --rate-limit only: idle connections stay small
};

}  // namespace cli
