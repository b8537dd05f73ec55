// Carries messages between two links, both ways, until both have ended: what pump() does for bytes.
//
//   FramedLink lines(stream, Framing::line);
//   const RelayResult result = relay(*web_socket, lines, {.idle_timeout = 5min});
//   log.info("{} messages forward", result.forward.messages);
//
// A link that ends what it sends has the other one told so, and what flows the other way goes on.
// Nothing is received before there is room for what was received last.
//
// Threads: both links belong to the calling hub.

#pragma once

#include <cstdint>

#include "gnet/base/function.h"
#include "gnet/io/pump.h"
#include "gnet/link/delay_line.h"
#include "gnet/link/message_link.h"
#include "gnet/link/way.h"

namespace gnet::link {

struct RelayOptions {
  TimeSpan idle_timeout{};        // as those of PumpOptions
  TimeSpan half_close_timeout{};  //
  Deadline deadline = Deadline::never();
  bool any_error_ends = false;     //
  std::uint64_t max_messages = 0;  // ends once a direction has carried so many; 0: no limit

  // Called with each message before it is sent. It may suspend, which slows the direction down.
  std::function<void(Way way, const LinkMessage& message)> tap = nullptr;

  // Called when that way nothing comes any more, instead of telling the sink by shutdown_send().
  std::function<void(Way way)> hand_on_end = nullptr;

  LineQuality forward = {};
  LineQuality backward = {};
};

struct RelayDirection : PumpDirection {
  std::uint64_t messages = 0;  // that its sink has taken
};

struct RelayResult {
  RelayDirection forward;   // from the first link to the second
  RelayDirection backward;  // from the second to the first

  [[nodiscard]] bool complete() const noexcept {
    return forward.end == PumpEnd::eof && backward.end == PumpEnd::eof;
  }
};

// Suspends until both directions have ended. Errors of the links (std::system_error,
// ConnectionLost, MessageTooLong) are part of the result, as with pump(). Neither link is closed.
RelayResult relay(MessageLink& first, MessageLink& second, const RelayOptions& options = {});

// One direction alone, until the source has ended, which the sink is not told. `way` is for the
// tap, and chooses the line.
RelayDirection relay_one_way(MessageLink& source, MessageLink& sink, Way way,
                             const RelayOptions& options = {});

}  // namespace gnet::link
