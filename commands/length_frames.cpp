#include "commands/length_frames.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "cli/out/failure.h"

namespace commands {

std::optional<std::string> LengthFrames::next() {
  while (messages_.empty()) {
    const std::string_view more = input_.some();
    if (more.empty()) {
      if (framer_.rest().empty()) return std::nullopt;
      throw cli::Failure(cli::Exit::io, "standard input ends within a message");
    }
    try {
      framer_.feed(more, [&](std::string_view message) { messages_.emplace_back(message); });
    } catch (const gnet::MessageTooLong& error) {
      throw cli::Failure(cli::Exit::io, fmt::format("standard input has {}", error.what()));
    }
  }
  std::string message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

std::string length_frame(std::string_view message) {
  std::string text;
  gnet::LengthPrefixFramer(gnet::LengthPrefix::u32_be, std::numeric_limits<std::uint32_t>::max())
      .append(message, text);
  return text;
}

}  // namespace commands
