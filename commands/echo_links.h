// The connections of echo-client: a stream that may reconnect, or a datagram socket.

#pragma once

#include <memory>
#include <optional>

#include "cli/client/client_options.h"
#include "cli/client/reconnect_options.h"
#include "cli/line/global_options.h"
#include "commands/conversation.h"

namespace commands {

// The options that it goes by.
struct LinkOptions {
  const cli::GlobalOptions& global;
  const cli::ClientOptions& to;
  const cli::ReconnectOptions& retry;
};

// Keeps a Conversation connected, from its construction until finish() or close().
class EchoLink {
 public:
  virtual ~EchoLink() = default;

  // Ends it as one does who has said everything; suspends until it has ended.
  virtual void finish() = 0;
  // Ends it at once.
  virtual void close() = 0;
};

// Begins to connect, secured by `tls` if there is one, and tells the conversation how that goes on.
// Does not suspend; throws UsageError when the options do not fit the endpoint.
[[nodiscard]] std::unique_ptr<EchoLink> make_echo_link(const gnet::Endpoint& target,
                                                       Conversation& conversation,
                                                       const LinkOptions& options,
                                                       std::optional<gnet::TLSContext> tls);

}  // namespace commands
