#include "commands/echo_modes.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace commands {
namespace {

constexpr std::size_t kPrintable = 95;  // ' ' to '~'
constexpr std::size_t kLineLength = 72;

// From 1900 to 1970, by RFC 868.
constexpr std::uint64_t kSecondsBefore1970 = 2'208'988'800;

}  // namespace

const std::vector<std::string>& echo_mode_names() {
  static const std::vector<std::string> names{"echo", "discard", "chargen", "daytime",
                                              "time", "upper",   "line"};
  return names;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string chargen_line(std::size_t number) {
  std::string line;
  line.reserve(kLineLength + 2);
  for (std::size_t i = 0; i < kLineLength; ++i) {
    line += static_cast<char>(' ' + (number + i) % kPrintable);
  }
  return line + "\r\n";
}

std::string chargen_datagram(std::size_t size) {
  std::string text;
  for (std::size_t line = 0; text.size() + kLineLength + 2 <= size; ++line) {
    text += chargen_line(line);
  }
  return text;
}

std::string daytime(std::time_t now) {
  return fmt::format("{:%A, %B %d, %Y %H:%M:%S}-UTC\r\n", fmt::gmtime(now));
}

std::string time_bytes(std::time_t now) {
  const auto seconds =
      static_cast<std::uint32_t>(static_cast<std::uint64_t>(now) + kSecondsBefore1970);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>((seconds >> shift) & 0xff);
  }
  return bytes;
}

std::string_view LineBuffer::add(std::string_view data) {
  complete_.clear();
  const std::size_t end = data.rfind('\n');
  if (end != std::string_view::npos) {
    complete_.swap(pending_);
    complete_ += data.substr(0, end + 1);
    data.remove_prefix(end + 1);
  }
  pending_ += data;
  if (pending_.size() > kLongest) {
    complete_ += pending_;
    pending_.clear();
  }
  return complete_;
}

}  // namespace commands
