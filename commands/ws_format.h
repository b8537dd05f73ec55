// How messages of gnet ws are written: in what is typed or piped in, and in what is printed.
//
//   const auto message = format.outgoing(line);
//   socket.send(message.opcode, message.data);
//   cli::print(format.incoming(*socket.receive()));
//
// Threads: values without locks.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "commands/ws_options.h"
#include "gnet/ws/web_socket.h"

namespace commands {

class WsFormat {
 public:
  // For people messages have a mark, and no bytes that would upset their terminal.
  WsFormat(const WsOptions& options, bool for_people, bool color)
      : options_(options),
        for_people_(for_people),
        color_(color),
        codec_(options.frame, options.max_message.bytes) {}

  struct Outgoing {
    gnet::ws::Opcode opcode;
    std::string data;
  };

  // The message of a record of the input. Throws std::invalid_argument for one that says none: no
  // base64, or no call of JSON-RPC.
  [[nodiscard]] Outgoing outgoing(const std::string& record);

  // With its end. Throws Failure (io) for one that is too long for the framing.
  [[nodiscard]] std::string incoming(const gnet::ws::Message& message) const;

 private:
  [[nodiscard]] std::string framed(std::string_view data) const;
  [[nodiscard]] std::string marked(const gnet::ws::Message& message) const;

  const WsOptions& options_;
  const bool for_people_;
  const bool color_;
  const gnet::link::FramingCodec codec_;  // of binary messages
  std::uint64_t calls_ = 0;               // of JSON-RPC
};

}  // namespace commands
