// What gnet bridge does: serves a left side that listens, or joins two ends once, and again.
//
//   return Bridge(options).run();
//
// Threads: made and run on one hub; the pairs of a left side that listens live on all threads.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/server/session.h"
#include "commands/bridge_hub.h"
#include "commands/bridge_options.h"
#include "commands/bridge_pair.h"
#include "commands/bridge_right.h"
#include "commands/bridge_taps.h"
#include "gnet/link/peer.h"

namespace commands {

class Bridge {
 public:
  // Throws UsageError, and Failure for files that cannot be read or written.
  explicit Bridge(const BridgeOptions& options);

  // To the exit status. Throws Failure.
  [[nodiscard]] cli::Exit run();

 private:
  // Clients that come.
  cli::Exit serve();
  void serve_peer(gnet::link::Peer& peer);
  Ending serve_end(BridgeEnd& left, cli::Pacer* pacer, std::uint64_t number, BridgePair& pair,
                   std::uint64_t& received);

  // One pair.
  cli::Exit join();
  Ending join_once();
  void greet(BridgeEnd& right) const;
  [[nodiscard]] bool may_come_again(const Ending& ending) const;

  void tell(std::uint64_t number, const std::string& left, std::uint64_t received,
            std::uint64_t sent, gnet::TimePoint since, const Ending& ending) const;

  BridgeOptions options_;
  BridgeTaps taps_;
  BridgeRight right_;
  std::optional<BridgeRight> left_;  // that connects
  std::optional<BridgeHub> hub_;
  cli::SessionRules* rules_ = nullptr;
  bool has_carried_ = false;  // one pair: something of a side may have been read
  std::atomic<std::uint64_t> pairs_ = 0;
  std::atomic<cli::Exit> last_ = cli::Exit::ok;
};

}  // namespace commands
