// What gnet bridge does with two ends: carries between them until both have ended, and says why.
//
//   BridgePair pair(options, taps, pacer, 7);
//   const Ending ending = pair.carry(left, right);
//
// Threads: of one hub.

#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include "cli/out/exit_status.h"
#include "cli/server/pace.h"
#include "commands/bridge_end.h"
#include "commands/bridge_options.h"
#include "commands/bridge_taps.h"
#include "gnet/link/relay.h"

namespace commands {

// How a pair has ended.
struct Ending {
  cli::Exit status = cli::Exit::ok;
  std::string reason = "end";
  std::exception_ptr error = nullptr;  // of a side
  bool complete = false;               // both sides have ended, and all has arrived
};

class BridgePair {
 public:
  // All but the number have to outlive it; the pacer is null where there are no limits.
  BridgePair(const BridgeOptions& options, BridgeTaps& taps, cli::Pacer* pacer,
             std::uint64_t number)
      : options_(options), taps_(taps), pacer_(pacer), number_(number) {}

  // Suspends until both have ended, and closes them.
  [[nodiscard]] Ending carry(BridgeEnd& left, BridgeEnd& right);

  // Bytes from the left side, and to it.
  [[nodiscard]] std::uint64_t received() const noexcept { return forward_; }
  [[nodiscard]] std::uint64_t sent() const noexcept { return backward_; }

 private:
  [[nodiscard]] bool is_plain(const BridgeEnd& left, const BridgeEnd& right) const;
  [[nodiscard]] bool has_standard_streams() const;
  [[nodiscard]] gnet::Duration half_close_timeout() const;
  Ending pump(BridgeEnd& left, BridgeEnd& right);
  Ending relay(BridgeEnd& left, BridgeEnd& right);
  Ending one_way(BridgeEnd& source, BridgeEnd& sink);
  [[nodiscard]] gnet::link::RelayOptions relay_options();
  void tap(gnet::link::Way way, const gnet::link::LinkMessage& message, bool streams);
  void hand_on_end(BridgeEnd& source, BridgeEnd& sink);
  [[nodiscard]] Ending judge(const gnet::PumpDirection& forward,
                             const gnet::PumpDirection& backward) const;
  void close(BridgeEnd& left, BridgeEnd& right, Ending& ending);

  const BridgeOptions& options_;
  BridgeTaps& taps_;
  cli::Pacer* const pacer_;
  const std::uint64_t number_;
  std::optional<BridgeTap> tap_;
  std::uint64_t forward_ = 0;
  std::uint64_t backward_ = 0;
};

}  // namespace commands
