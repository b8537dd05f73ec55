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

#include "commands/ws_options.h"
#include "gnet/ws/web_socket.h"

namespace commands {

class WsFormat {
 public:
  // For people messages have a mark, and no bytes that would upset their terminal.
  WsFormat(const WsOptions& options, bool for_people, bool color)
      : options_(options), for_people_(for_people), color_(color) {}

  struct Outgoing {
    gnet::ws::Opcode opcode;
    std::string data;
  };

  // The message of a record of the input. Throws std::invalid_argument for one that says none: no
  // base64, or no call of JSON-RPC.
  [[nodiscard]] Outgoing outgoing(const std::string& record);

  // With its end.
  [[nodiscard]] std::string incoming(const gnet::ws::Message& message) const;

 private:
  [[nodiscard]] std::string marked(const gnet::ws::Message& message) const;

  const WsOptions& options_;
  const bool for_people_;
  const bool color_;
  std::uint64_t calls_ = 0;  // of JSON-RPC
};

}  // namespace commands
