// A Protocol whose data are messages.
//
//   struct Shout : gnet::FramedProtocol<gnet::LineFramer> {
//     void message_received(std::string_view line) override { send_message(upper(line)); }
//   };
//
// A message that is too long ends the connection with a handler error that names the
// limit. read_deadline bounds the time from the first byte of a message to its last:
// a peer that sends a byte now and then does not prolong it.
//
// Threads: as Protocol.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "gnet/protocol/framer.h"
#include "gnet/protocol/protocol.h"

namespace gnet {

template <typename F>
class FramedProtocol : public Protocol {
 public:
  // The framer's arguments.
  template <typename... Args>
  explicit FramedProtocol(Args&&... args) : framer_(std::forward<Args>(args)...) {}

  // A whole message, without its framing; valid until the callback returns.
  virtual void message_received(std::string_view message) = 0;

  // As send_data(), with the framing around it. Throws MessageTooLong, and Misuse for
  // what the framing cannot express.
  void send_message(std::string_view message) {
    std::string text;
    framer_.append(message, text);
    send_data(text);
  }

  // Feeds the framer. Messages that come after the connection was told to end are
  // dropped.
  void data_received(std::string_view data) override {
    framer_.feed(data, [this](std::string_view message) {
      message_pending(false);
      if (accepts_data()) message_received(message);
    });
    message_pending(!framer_.rest().empty());
  }

  [[nodiscard]] F& framer() noexcept { return framer_; }

 private:
  F framer_;
};

}  // namespace gnet
