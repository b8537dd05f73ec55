// Standard input for fibers: reading it suspends the fiber, not the program.
//
// The flags of the descriptor stay as they are: a terminal or a pipe is shared with
// other programs, which would not expect a stream that does not block.
//
//   cli::Input input;
//   while (auto line = input.line()) send(*line);
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <optional>
#include <string>

#include "gnet/io/socket.h"

namespace cli {

class Input {
 public:
  Input();

  // The next line with its end; the last one may have none. Nothing at the end of the input. A line
  // of more than a megabyte comes in pieces.
  [[nodiscard]] std::optional<std::string> line();

 private:
  bool fill();

  gnet::Socket socket_;  // open where the kernel can tell readiness: not for files
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace cli
