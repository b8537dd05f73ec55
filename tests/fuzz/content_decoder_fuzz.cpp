// Compressed bodies: however they are split and whatever the room, the body is the same, the bounds
// hold, and what was read is read again once it is written anew.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/http/content_decoder.h"
#include "gnet/http/content_encoder.h"

namespace {

using gnet::http::ContentCoding;
using gnet::http::ContentDecoder;

void require(bool condition) {
  if (!condition) std::abort();
}

constexpr std::array<std::string_view, 8> kCodings = {
    "gzip", "deflate", "br", "zstd", "gzip, br", "zstd, deflate", "br, zstd, gzip", "identity"};

// Small, so that it is reached. How much was taken before a ratio was too large depends on the
// pieces.
constexpr gnet::http::DecodeLimits kLimits{.output = 20000, .ratio = 0};

struct Outcome {
  std::string text;
  bool refused = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Feeds a piece, in memory at whose ends a sanitizer watches.
void feed(ContentDecoder& decoder, std::string_view piece, std::size_t room_size,
          Outcome& outcome) {
  const std::unique_ptr<char[]> copy(new char[piece.size()]);
  piece.copy(copy.get(), piece.size());
  const std::unique_ptr<char[]> room(new char[room_size]);
  std::string_view rest(copy.get(), piece.size());
  for (bool more = true; more && !decoder.refusal();) {
    const auto [consumed, written] = decoder.decode(rest, {room.get(), room_size});
    require(consumed <= rest.size() && written <= room_size);
    require(!decoder.refusal() || written == 0);
    outcome.text.append(room.get(), written);
    rest.remove_prefix(consumed);
    more = written == room_size;
  }
  require(rest.empty() || decoder.refusal());
}

Outcome decode(std::string_view coding, std::string_view bytes, std::size_t step, std::size_t room,
               const gnet::http::DecodeLimits& limits = kLimits) {
  ContentDecoder decoder(coding, limits);
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    feed(decoder, bytes.substr(at, step), room, outcome);
  }
  require(decoder.decoded() == outcome.text.size());
  require(outcome.text.size() <= limits.output);
  decoder.finish();
  require(decoder.is_done() != static_cast<bool>(decoder.refusal()));
  outcome.refused = static_cast<bool>(decoder.refusal());
  // How much there was of one that is damaged depends on the pieces, and so does whether that was
  // too much.
  if (outcome.refused) outcome.text.clear();
  return outcome;
}

void check_written(const std::string& text, std::size_t which) {
  constexpr std::array kEach = {ContentCoding::gzip, ContentCoding::deflate, ContentCoding::br,
                                ContentCoding::zstd};
  const ContentCoding coding = kEach[which % kEach.size()];
  const std::string bytes = gnet::http::encode_content(text, coding, 1);
  const Outcome again = decode(to_string(coding), bytes, bytes.size(), 4096);
  require(!again.refused && again.text == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view coding = kCodings[data[0] % kCodings.size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Outcome whole = decode(coding, bytes, std::max<std::size_t>(bytes.size(), 1), 4096);
  require(decode(coding, bytes, 1, 4096) == whole);
  require(decode(coding, bytes, 1U + data[1] % 32U, 1U + data[1] / 8U) == whole);
  static_cast<void>(decode(coding, bytes, 1U + data[1] % 32U, 1000,
                           {.output = 20000, .ratio = 10, .ratio_from = 100}));
  if (!whole.refused) check_written(whole.text, data[1]);
  return 0;
}
