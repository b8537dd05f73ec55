// Standard input as messages of any bytes, each behind its length: four bytes, the highest first.
//
//   LengthFrames frames;
//   while (auto message = frames.next()) socket.send_binary(*message);
//   cli::print(length_frame(message));
//
// Threads: as cli::Input.

#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "cli/client/input.h"
#include "gnet/protocol/framer.h"

namespace commands {

class LengthFrames {
 public:
  // The next one; nothing at the end of the input. Suspends. Throws Failure (io) for one of more
  // than 16 MiB, and for an input that ends within one.
  [[nodiscard]] std::optional<std::string> next();

 private:
  static constexpr std::size_t kLongest = 16 * 1024 * 1024;

  cli::Input input_;
  gnet::LengthPrefixFramer framer_{gnet::LengthPrefix::u32_be, kLongest};
  std::deque<std::string> messages_;  // that have come whole
};

// A message in that framing. Throws std::length_error for what its length has no room for.
[[nodiscard]] std::string length_frame(std::string_view message);

}  // namespace commands
