// How gnet proxy gets to where its clients want to go: whether it may (--allow-dest, --deny-dest),
// by which way (--upstream), and who looks names up (--resolve).
//
//   gnet::AnyStream there = dialler.dial({"example.org", 443}, is_local(peer));
//
// Threads: may be used from any hub.

#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "commands/proxy_options.h"
#include "gnet/http/proxy_url.h"
#include "gnet/io/address.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/tls_context.h"
#include "gnet/proxy/destinations.h"
#include "gnet/proxy/socks_message.h"

namespace commands {

// The client may not go there.
class ProxyForbids : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ProxyDialler {
 public:
  // Reads the lists. Throws cli::Failure.
  explicit ProxyDialler(const ProxyOptions& options);

  // Suspends until connected. `local`: the client is on this machine. Throws ProxyForbids, what
  // connecting throws, and proxy::ProxyError of an upstream proxy.
  [[nodiscard]] gnet::AnyStream dial(const gnet::proxy::SocksTarget& to, bool local) const;

  // The addresses of the target that the client may reach, at least one. Throws as above.
  [[nodiscard]] std::vector<gnet::SocketAddress> addresses(const gnet::proxy::SocksTarget& to,
                                                           bool local,
                                                           gnet::Deadline deadline) const;

  // Where the target may call the client back from (BIND), at least one address. Its port may be 0,
  // for one that is not known: then may_call() judges whoever has called. Throws as above.
  [[nodiscard]] std::vector<gnet::SocketAddress> callers(const gnet::proxy::SocksTarget& to,
                                                         bool local, gnet::Deadline deadline) const;
  [[nodiscard]] bool may_call(const gnet::proxy::SocksTarget& to, const gnet::SocketAddress& caller,
                              bool local) const;

  // Whether some hosts are connected to directly.
  [[nodiscard]] bool goes_directly() const noexcept;

  // Whether it goes through another proxy, which takes connections and nothing else.
  [[nodiscard]] bool has_upstream(std::string_view host) const { return !chain_for(host).empty(); }

  // Reads the lists anew; put_in_place() makes them hold. Throws cli::Failure.
  [[nodiscard]] std::shared_ptr<const gnet::proxy::Destinations> read_lists() const;
  void put_in_place(std::shared_ptr<const gnet::proxy::Destinations> lists);

 private:
  using Chain = std::vector<gnet::http::ProxyURL>;

  [[nodiscard]] const Chain& chain_for(std::string_view host) const;
  [[nodiscard]] std::shared_ptr<const gnet::proxy::Destinations> lists() const;
  [[nodiscard]] std::string name_for(const Chain& chain, const gnet::proxy::SocksTarget& to,
                                     bool local, gnet::Deadline deadline) const;
  [[nodiscard]] gnet::AnyStream through(const Chain& chain, const std::string& host,
                                        std::uint16_t port, gnet::Deadline deadline) const;

  const ProxyOptions& options_;
  Chain chain_;
  std::vector<std::pair<std::string, Chain>> chains_for_;  // by a pattern of names
  std::optional<gnet::TLSContext> tls_;                    // for proxies of https
  mutable std::mutex mutex_;
  std::shared_ptr<const gnet::proxy::Destinations> lists_;
};

}  // namespace commands
