// The connections of echo-client: a stream that may reconnect, or a datagram socket.

#pragma once

#include <memory>

#include "cli/client/dialler.h"
#include "commands/conversation.h"

namespace commands {

// Keeps a Conversation connected, from its construction until finish() or close().
class EchoLink {
 public:
  virtual ~EchoLink() = default;

  // Ends it as one does who has said everything; suspends until it has ended.
  virtual void finish() = 0;
  // Ends it at once.
  virtual void close() = 0;
};

// Begins to connect, and tells the conversation how that goes on. Does not suspend.
[[nodiscard]] std::unique_ptr<EchoLink> make_echo_link(const cli::Dialler& dialler,
                                                       Conversation& conversation);

}  // namespace commands
