// Framings of a bridge: whatever the pieces in which the bytes come, the messages are the same,
// none is longer than the limit, and what append() writes of them is read back.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/link/framing.h"

namespace {

using gnet::link::Framing;
using gnet::link::FramingCodec;

constexpr std::size_t kLimit = 16;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  std::vector<std::string> messages;
  bool refused = false;
  bool operator==(const Outcome&) const = default;
};

Outcome run(Framing framing, std::string_view text, std::size_t piece) {
  Outcome outcome;
  FramingCodec codec(framing, kLimit);
  const auto take = [&](std::string_view message) {
    require(message.size() <= kLimit);
    outcome.messages.emplace_back(message);
  };
  try {
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
      codec.feed(text.substr(0, piece));
      while (const auto message = codec.next()) take(*message);
    }
    if (const auto message = codec.last()) take(*message);
  } catch (const gnet::MessageTooLong&) {
    outcome.refused = true;
  } catch (const gnet::ConnectionLost&) {
    outcome.refused = true;
  }
  return outcome;
}

void check(Framing framing, std::string_view text, std::size_t piece) {
  const Outcome whole = run(framing, text, std::max<std::size_t>(text.size(), 1));
  require(run(framing, text, 1) == whole);
  require(run(framing, text, piece) == whole);
  std::string again;
  const FramingCodec codec(framing, kLimit);
  for (const auto& message : whole.messages) codec.append(message, again);
  require(run(framing, again, piece).messages == whole.messages);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 23 + 1U;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const Framing framing : {Framing::line, Framing::null, Framing::length2, Framing::length4}) {
    check(framing, text, piece);
  }
  return 0;
}
