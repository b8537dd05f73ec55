// Framers: whatever the pieces in which the bytes come, the messages are the same, none is longer
// than the limit, and what append() writes of them is read back.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/protocol/framer.h"

namespace {

constexpr std::size_t kLimit = 16;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  std::vector<std::string> messages;
  bool too_long = false;
  bool operator==(const Outcome&) const = default;
};

template <typename Framer>
Outcome run(Framer framer, std::string_view text, std::size_t piece) {
  Outcome outcome;
  try {
    while (!text.empty()) {
      framer.feed(text.substr(0, piece), [&](std::string_view message) {
        require(message.size() <= kLimit);
        outcome.messages.emplace_back(message);
      });
      require(framer.rest().size() <= kLimit + 4);
      text.remove_prefix(std::min(piece, text.size()));
    }
  } catch (const gnet::MessageTooLong&) {
    outcome.too_long = true;
  }
  return outcome;
}

template <typename Framer>
void check(const Framer& framer, std::string_view text, std::size_t piece) {
  const Outcome whole = run(framer, text, text.size());
  require(run(framer, text, 1) == whole);
  require(run(framer, text, piece) == whole);
  std::string again;
  for (const auto& message : whole.messages) framer.append(message, again);
  require(run(framer, again, piece).messages == whole.messages);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 23 + 1U;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check(gnet::LineFramer(kLimit), text, piece);
  check(gnet::DelimiterFramer("ab", kLimit), text, piece);
  check(gnet::DelimiterFramer("aba", kLimit), text, piece);
  check(gnet::LengthPrefixFramer(gnet::LengthPrefix::u8, kLimit), text, piece);
  check(gnet::LengthPrefixFramer(gnet::LengthPrefix::u16_be, kLimit), text, piece);
  check(gnet::LengthPrefixFramer(gnet::LengthPrefix::u32_le, kLimit), text, piece);
  check(gnet::FixedFramer(std::size_t{5}), text, piece);
  return 0;
}
