// How gnet bridge gets to an endpoint: by which way, secured how, tried how often, and made ready
// before anybody asks for it.
//
//   BridgeRight right(options, options.right());
//   BridgeEnd end = right.open();
//
// Threads: for all, but for the pool, which is one thread's.

#pragma once

#include <deque>
#include <exception>
#include <optional>

#include "cli/client/dialler.h"
#include "commands/bridge_end.h"
#include "commands/bridge_options.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"

namespace commands {

class BridgeRight {
 public:
  // Reads the files of TLS, and calls nobody. Throws UsageError for options that do not go with the
  // endpoint, and Failure for files that cannot be read. Both have to outlive it.
  BridgeRight(const BridgeOptions& options, const gnet::Endpoint& endpoint);
  BridgeRight(const BridgeRight&) = delete;
  BridgeRight& operator=(const BridgeRight&) = delete;
  ~BridgeRight();

  // Suspends until it is open: one that stood ready, or a new one. Throws Failure; with
  // --reconnect when there is no hope left. Who it is for is for --send-proxy.
  [[nodiscard]] BridgeEnd open(const cli::OnBehalfOf* whom = nullptr);

  // The same once, come what may.
  [[nodiscard]] BridgeEnd open_once(const cli::OnBehalfOf* whom = nullptr) const;

  // Keeps --pool of them ready from now on.
  void fill_pool();

  [[nodiscard]] const cli::Dialler& dialler() const noexcept { return dialler_; }

 private:
  [[nodiscard]] std::optional<BridgeEnd> take_ready();
  void keep_ready();

  const BridgeOptions& options_;
  const cli::ClientOptions to_;
  const cli::Dialler dialler_;
  std::deque<BridgeEnd> ready_;
  gnet::Event taken_;
  gnet::Fiber<> filler_;
};

// Runs --on-connect, if there is one, and waits for its end. Throws Failure when it does not end
// well.
void run_on_connect(const BridgeOptions& options, const BridgeEnd& left, const BridgeEnd& right);

}  // namespace commands
