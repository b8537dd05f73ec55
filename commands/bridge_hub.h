// One right side that all clients of gnet bridge --broadcast share: what it says goes to all of
// them, what one of them says goes to it.
//
//   BridgeHub hub(options, right, taps);
//   hub.serve(left, pacer, 7);            // from each client's fiber, until it leaves
//
// The right side is opened for the first client, and closed when the last one has left. When it
// ends, all clients are closed, and the next one opens it anew.
//
// Threads: of one hub.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "cli/server/pace.h"
#include "commands/bridge_end.h"
#include "commands/bridge_options.h"
#include "commands/bridge_pair.h"
#include "commands/bridge_right.h"
#include "commands/bridge_taps.h"
#include "gnet/fiber/fiber.h"
#include "gnet/link/audience.h"
#include "gnet/sync/mutex.h"

namespace commands {

class BridgeHub {
 public:
  // All have to outlive it.
  BridgeHub(const BridgeOptions& options, BridgeRight& right, BridgeTaps& taps);
  BridgeHub(const BridgeHub&) = delete;
  BridgeHub& operator=(const BridgeHub&) = delete;
  ~BridgeHub();

  struct Served {
    Ending ending;
    std::uint64_t received = 0;  // bytes from this client
  };

  // Throws Failure when the right side cannot be opened.
  [[nodiscard]] Served serve(BridgeEnd& left, cli::Pacer* pacer, std::uint64_t number);

  [[nodiscard]] std::uint64_t dropped() const noexcept { return audience_.dropped(); }

 private:
  // One life of the right side.
  struct Line {
    explicit Line(BridgeEnd opened) : end(std::move(opened)) {}
    BridgeEnd end;
    gnet::Mutex sending;
    std::size_t guests = 0;
    bool over = false;
    gnet::ws::CloseCode code = gnet::ws::kNormal;
    std::string reason;
    gnet::Fiber<> listener;
  };

  std::shared_ptr<Line> join();
  void leave(const std::shared_ptr<Line>& line);
  void listen(Line& line);

  const BridgeOptions& options_;
  BridgeRight& right_;
  BridgeTaps& taps_;
  gnet::link::Audience audience_;
  gnet::Mutex opening_;
  std::shared_ptr<Line> line_;
  std::optional<BridgeTap> tap_;  // of what the right side says
  std::vector<BridgeEnd*> guests_;
};

}  // namespace commands
