#include "tests/unit/ws/frames.h"

#include <cstdio>
#include <stdexcept>

namespace {

// Removes the first bytes of `rest` and returns them.
std::string_view take(std::string_view& rest, std::uint64_t count) {
  if (rest.size() < count) throw std::runtime_error("half a frame");
  const std::string_view taken = rest.substr(0, static_cast<std::size_t>(count));
  rest.remove_prefix(taken.size());
  return taken;
}

std::uint64_t number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

std::string read_by_hand(gnet::ws::Role role, std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const auto first = static_cast<unsigned>(number(take(bytes, 1)));
    const auto second = static_cast<unsigned>(number(take(bytes, 1)));
    const bool masked = (second & 0x80U) != 0;
    if (masked != (role == gnet::ws::Role::client)) throw std::runtime_error("masked wrongly");
    std::uint64_t size = second & 0x7fU;
    if (size >= 126) size = number(take(bytes, size == 126 ? 2 : 8));
    const std::string_view key = take(bytes, masked ? 4 : 0);
    std::string payload(take(bytes, size));
    for (std::size_t i = 0; masked && i < payload.size(); ++i) {
      payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
    }
    char head[4];
    std::snprintf(head, sizeof head, "%02x", first);
    text += (text.empty() ? "" : ", ") + std::string(head);
    if (first == kCloseFrame && payload.size() >= 2) {
      text += ' ' + std::to_string(number(payload.substr(0, 2)));
      payload.erase(0, 2);
    }
    if (!payload.empty()) text += ' ' + payload;
  }
  return text;
}
