#include "commands/framed_input.h"

#include <fmt/format.h>

#include "cli/out/failure.h"
#include "gnet/base/error.h"

namespace commands {

std::optional<std::string> FramedInput::next() {
  try {
    while (!ended_) {
      if (const auto message = codec_.next()) return std::string(*message);
      const std::string_view more = input_.some();
      if (more.empty()) ended_ = true;
      codec_.feed(more);
    }
    if (const auto message = codec_.last()) return std::string(*message);
    return std::nullopt;
  } catch (const gnet::MessageTooLong& error) {
    throw cli::Failure(cli::Exit::io, fmt::format("standard input has {}", error.what()));
  } catch (const gnet::ConnectionLost&) {
    throw cli::Failure(cli::Exit::io, "standard input ends within a message");
  }
}

}  // namespace commands
