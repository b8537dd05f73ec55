// The PROXY protocol in front of every connection of a server (--proxy-protocol, --proxy-from):
// which proxies may speak for others, and for whom they do.
//
//   ProxyHeaders headers(options, admission);
//   if (!headers.trusts(peer)) return false;
//   library.introduce = headers.introduce(local);
//
// What is wrong with a header is counted, and said once a second at most.
//
// Threads: may be used from any hub.

#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "cli/server/admission.h"
#include "cli/server/server_options.h"
#include "gnet/protocol/connection.h"

namespace cli {

class ProxyHeaders {
 public:
  // Both must outlive it.
  ProxyHeaders(const ServerOptions& options, Admission& admission)
      : options_(options), admission_(admission) {}

  [[nodiscard]] bool wanted() const noexcept {
    return options_.proxy_protocol != ProxyProtocol::off;
  }

  // Throws UsageError when it is not said who is to be believed at this endpoint.
  void check(const gnet::Endpoint& endpoint) const;

  // Whether this peer may speak for others. All that come over a unix socket may.
  [[nodiscard]] bool trusts(const gnet::SocketAddress& peer);

  // Reads the header of a connection that has come to `local`.
  [[nodiscard]] gnet::Introduce introduce(const gnet::Endpoint& local);

  // Connections that were closed for their header, or for the client that it names.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

 private:
  void complain(const gnet::SocketAddress& peer, std::string_view why);

  const ServerOptions& options_;
  Admission& admission_;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> complaints_ = 0;  // these, and peers that are not trusted
  std::atomic<std::int64_t> next_word_ = 0;    // when something may be said again
};

}  // namespace cli
