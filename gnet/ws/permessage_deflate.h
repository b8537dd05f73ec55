// Agreeing on compression of messages (RFC 7692): the two sides' Sec-WebSocket-Extensions.
//
// A client offers, a server answers, and both have a DeflateAgreement, which is what the Codec
// wants:
//
//   request.set("Sec-WebSocket-Extensions", ws::deflate_offer(options));         // client
//   const auto answer = ws::answer_deflate_offer(*ws::parse_extensions(offered), options);  //
//   server if (answer) response.set("Sec-WebSocket-Extensions", answer->header); const auto agreed
//   = ws::accept_deflate_answer(header, options);              // client
//
// Memory. By default neither side remembers anything from one message to the next ("no context
// takeover"): compressors and decompressors belong to the thread, which has one of each for all of
// its connections, and an idle connection costs nothing. What a connection costs beyond that:
//
//   - while a compressed message comes in parts: a decompressor, 39 KiB, which is lent to it;
//   - with context_takeover: its own compressor, (1 << (window_bits + 2)) + (1 << (memory_level +
//   9))
//     bytes and 6 KiB: 262 KiB at 15 and 8, 150 KiB at 15 and 5, 38 KiB at 12 and 5, 22 KiB at 11
//     and 4;
//   - with peer_context_takeover: its own decompressor, (1 << peer_window_bits) bytes and 7 KiB:
//     39 KiB at 15, 11 KiB at 12.
//
// Takeover makes small messages that resemble each other several times smaller.
//
// Threads: functions without state.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gnet/ws/extension.h"

namespace gnet::ws {

// What this side wants.
struct DeflateOptions {
  bool enabled = true;

  // This side's compressor remembers earlier messages, unless the peer forbids it.
  bool context_takeover = false;
  // The peer's may, which this side has to keep a decompressor for.
  bool peer_context_takeover = false;

  // How far back compressed messages refer to themselves, as a power of 2 from 8 to 15: what this
  // side sends, and what the peer may. zlib cannot compress at 8; what it does at 9 fits (it never
  // refers back as far as its window: deflate.h).
  std::uint8_t window_bits = 15;
  std::uint8_t peer_window_bits = 15;

  // zlib's, from 1 to 9 each: how hard to look for repetitions, and how much memory to use for it.
  // More than 5 gains nothing for messages of usual sizes, and has to be cleared for each of them.
  std::uint8_t level = 1;
  std::uint8_t memory_level = 5;

  // Shorter messages are sent as they are.
  std::size_t min_size = 128;
};

// What both agreed on, from this side's point of view.
struct DeflateAgreement {
  bool context_takeover = false;
  bool peer_context_takeover = false;
  std::uint8_t window_bits = 15;
  std::uint8_t peer_window_bits = 15;

  bool operator==(const DeflateAgreement&) const = default;
};

// Client: the header's value. Throws std::invalid_argument for options out of range. Empty when
// not enabled.
[[nodiscard]] std::string deflate_offer(const DeflateOptions& options);

// Server: what it says to a client's offers.
struct DeflateAnswer {
  DeflateAgreement agreement;
  std::string header;  // the value for the response
};

// Server: takes the first of a client's offers that it can keep to; nothing if there is none. An
// offer with a parameter that is unknown, comes twice, has a value where none belongs, or lacks it,
// or one that is no plain number from 8 to 15, is passed over (§5.1, §7.1). Throws
// std::invalid_argument for options out of range.
[[nodiscard]] std::optional<DeflateAnswer> answer_deflate_offer(
    const std::vector<Extension>& offers, const DeflateOptions& options);

// Client: reads the server's answer to deflate_offer(options). The text says why the connection has
// to fail: an extension that was not offered, parameters that are none or go beyond the offer.
// Without a header nothing is agreed. Throws std::invalid_argument for options out of range.
using DeflateVerdict = std::variant<std::optional<DeflateAgreement>, std::string_view>;
[[nodiscard]] DeflateVerdict accept_deflate_answer(std::optional<std::string_view> header,
                                                   const DeflateOptions& options);

}  // namespace gnet::ws
