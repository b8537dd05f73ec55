// Standard input as messages of any bytes, told apart by lines, NUL bytes, lengths, or not at all.
//
//   FramedInput input(gnet::link::Framing::length4);
//   while (auto message = input.next()) socket.send_binary(*message);
//
// Threads: as cli::Input.

#pragma once

#include <optional>
#include <string>

#include "cli/client/input.h"
#include "gnet/link/framing.h"

namespace commands {

class FramedInput {
 public:
  explicit FramedInput(gnet::link::Framing framing) : codec_(framing) {}

  // The next one; nothing at the end of the input. Suspends. Throws Failure (io) for one of more
  // than 16 MiB, and for an input that ends within one.
  [[nodiscard]] std::optional<std::string> next();

 private:
  cli::Input input_;
  gnet::link::FramingCodec codec_;
  bool ended_ = false;
};

}  // namespace commands
