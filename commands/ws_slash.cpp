#include "commands/ws_slash.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "cli/line/read_file.h"

namespace commands {
namespace {

// Cuts off what is in front of the first blank.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::string bytes_of_hex(std::string_view digits) {
  std::string bytes;
  std::string pair;
  for (const char c : digits) {
    if (c == ' ') continue;
    const std::size_t value =
        std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    if (value == std::string_view::npos) break;
    pair += static_cast<char>(value);
    if (pair.size() < 2) continue;
    bytes += static_cast<char>(pair[0] << 4 | pair[1]);
    pair.clear();
  }
  const auto wanted = digits.size() - static_cast<std::size_t>(std::ranges::count(digits, ' '));
  if (bytes.size() * 2 != wanted) throw std::invalid_argument("these are no hexadecimal digits");
  return bytes;
}

gnet::ws::CloseCode code_of(std::string_view digits) {
  if (digits.empty()) return gnet::ws::kNormal;
  gnet::ws::CloseCode code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    throw std::invalid_argument("/close wants a number");
  }
  return code;
}

}  // namespace

std::optional<SlashCommand> slash_command(std::string_view line) {
  if (!line.starts_with('/')) return std::nullopt;
  line.remove_prefix(1);
  if (line.starts_with('/')) return SlashCommand{SlashCommand::text, std::string(line)};
  const std::string_view verb = take_word(line);
  if (verb == "ping") return SlashCommand{SlashCommand::ping, std::string(line)};
  if (verb == "pong") return SlashCommand{SlashCommand::pong, std::string(line)};
  if (verb == "hex") return SlashCommand{SlashCommand::binary, bytes_of_hex(line)};
  if (verb == "file") {
    return SlashCommand{SlashCommand::binary, cli::read_file(std::string(line))};
  }
  if (verb != "close") return SlashCommand{};
  const gnet::ws::CloseCode code = code_of(take_word(line));
  return SlashCommand{SlashCommand::close, std::string(line), code};
}

}  // namespace commands
