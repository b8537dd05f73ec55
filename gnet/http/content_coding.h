// How a body is compressed on its way: Content-Encoding (RFC 9110 §8.4).
//
//   constexpr gnet::http::ContentCoding offers[] = {ContentCoding::zstd, ContentCoding::br,
//                                                   ContentCoding::gzip};
//   const auto coding = gnet::http::choose_content_coding(accept_encoding, offers);
//   if (!coding) return answer_406();
//   response.set("Content-Encoding", gnet::http::to_string(*coding));  // unless it is identity
//
// What compresses is a ContentEncoder, and what reads is a ContentDecoder.
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "gnet/http/accept.h"

namespace gnet::http {

enum class ContentCoding : std::uint8_t {
  identity,  // as it is
  gzip,      // RFC 1952
  deflate,   // RFC 1950; what is called so is at times RFC 1951
  br,        // Brotli, RFC 7932
  zstd,      // RFC 8878, within the window of RFC 9659
};

// "gzip", as the field has it.
[[nodiscard]] std::string_view to_string(ContentCoding coding) noexcept;

// Of any case of letters; "x-gzip" is gzip. Nothing for a coding that is not among these.
[[nodiscard]] std::optional<ContentCoding> parse_content_coding(std::string_view name) noexcept;

// The best of the offers for this request, which are in the server's own order; identity, where
// it likes none or has no such field. Nothing: not even identity is acceptable, which is a 406.
[[nodiscard]] std::optional<ContentCoding> choose_content_coding(
    AcceptField accept_encoding, std::span<const ContentCoding> offers);

}  // namespace gnet::http
