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
#include <string_view>

#include "gnet/io/socket.h"

namespace cli {

class Input {
 public:
  Input();

  // The next line with its end; the last one may have none. Nothing at the end of the input. A line
  // of more than a megabyte comes in pieces.
  [[nodiscard]] std::optional<std::string> line();

  // What comes next, as it comes; empty at the end of the input. Valid until the next call.
  [[nodiscard]] std::string_view some();

 private:
  bool fill();

  gnet::Socket socket_;  // open where the kernel can tell readiness: not for files
  std::string buffer_;
  std::string given_;
  bool ended_ = false;
};

}  // namespace cli
