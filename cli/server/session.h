// What all connections of a server command share, and the connection of one that is served by
// callbacks.
//
// Any gnet::Connection can be served under the rules: whom to admit, how fast it may go and what is
// told of it do not depend on its kind. Session is the usual one.
//
//   struct Discard : cli::Session {
//     using Session::Session;
//     void data_received(std::string_view data) override { pace(data.size()); }
//   };
//
// Threads: a Session as gnet::Protocol. With --threads several hubs share the rules, each part of
// which says whom it is for.

#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "cli/line/global_options.h"
#include "cli/server/admission.h"
#include "cli/server/connection_log.h"
#include "cli/server/pace.h"
#include "cli/server/proxy_header.h"
#include "cli/server/session_settings.h"
#include "cli/server/tls_options.h"
#include "gnet/io/tls_context.h"
#include "gnet/protocol/protocol.h"

namespace cli {

struct SessionRules {
  SessionRules(const GlobalOptions& global, const ServerOptions& given);
  SessionRules(const SessionRules&) = delete;
  SessionRules& operator=(const SessionRules&) = delete;

  // From now on these hold; on the hub of the rules.
  void change(std::unique_ptr<const SessionSettings> changed);

  // What a connection goes by that begins now; on its hub.
  [[nodiscard]] Pacer pacer() {
    return {pace, settings->rate_limit, settings->rate_limit_total > 0};
  }

  [[nodiscard]] std::optional<gnet::TLSContext> tls_for(const gnet::Endpoint& endpoint) const;

  const ServerOptions& options;
  CurrentSettings settings;
  Admission admission;
  ProxyHeaders proxy_headers{options, admission};
  Pace pace;
  ConnectionLog log;

  // What endpoints that are secured by TLS have in common, unless they name their own certificate.
  std::optional<gnet::TLSContext> tls;
  std::map<TLSFiles, gnet::TLSContext> own_tls;

  // Of all endpoints for datagrams, see answers_back().
  std::set<std::uint16_t> datagram_ports;

  // Connections that were taken for quiet when the server stopped, and were not.
  std::atomic<std::uint64_t> cut_late = 0;

  // Whether it was said that a message was too long.
  std::atomic<bool> told_of_truncation = false;

  // Answers to datagrams that were put off, and are not sent any more.
  std::uint64_t lost_answers = 0;
};

class Session : public gnet::Protocol {
 public:
  explicit Session(SessionRules& rules) : rules_(rules), pacer_(rules.pacer()) {
    idle_timeout = rules.settings->idle_timeout;
  }

 protected:
  // Whether there are rate limits.
  [[nodiscard]] bool limited() const noexcept { return pacer_.limited(); }

  // Waits as long as they want after so many bytes.
  void pace(std::size_t bytes) { pacer_.take(bytes); }

  // Calls f with the data as they want it: what came at once goes in pieces, each in its time.
  template <typename F>
  void paced(std::string_view data, F&& f) {
    while (!data.empty()) {
      const std::string_view piece = data.substr(0, pacer_.piece());
      data.remove_prefix(piece.size());
      pace(piece.size());
      f(piece);
    }
  }

  [[nodiscard]] SessionRules& rules() noexcept { return rules_; }

 private:
  SessionRules& rules_;
  Pacer pacer_;
};

}  // namespace cli
