// A port of plain HTTP from which everybody is sent to the same place by TLS.
//
//   HTTPRedirect redirect(options.listen, 80);        // binds, while that is allowed
//   redirect.start(443);
//
// Threads: of the hub on which it was made.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cli/server/server_options.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/io/listener.h"

namespace commands {

class HTTPRedirect {
 public:
  // Listens at this port of the addresses that the options name, all or the loopback's; 0: any.
  // Throws Failure.
  HTTPRedirect(const cli::ServerOptions& options, std::uint16_t port);

  // From now on it answers: it is at this port that TLS is.
  void start(std::uint16_t secured);

 private:
  void listen(const std::string& host, std::uint16_t port, bool may_be_missing);

  std::vector<gnet::Listener> listeners_;
  std::vector<std::unique_ptr<gnet::HTTPServerFactory>> servers_;
};

// Where a request is sent: its Host with the other port, and its target. Empty for a request that
// does not say what it wants of whom.
[[nodiscard]] std::string secured_url(std::string_view host, std::string_view target,
                                      std::uint16_t port);

}  // namespace commands
