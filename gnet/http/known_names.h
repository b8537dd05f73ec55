// The names of FieldName, and how one is found; inline, for the parser of heads.
//
// Threads: functions without state.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "gnet/http/ascii.h"
#include "gnet/http/field_name.h"

namespace gnet::http::detail {

// Of letters and hyphens only.
inline constexpr std::array<std::string_view, kFieldNames> kNames = {
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Accept-Ranges",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Type",
    "Cookie",
    "Date",
    "ETag",
    "Expect",
    "Expires",
    "Forwarded",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Last-Modified",
    "Location",
    "Origin",
    "Pragma",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "Retry-After",
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Version",
    "Server",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "Vary",
    "Via",
    "WWW-Authenticate",
    "X-Forwarded-For",
};

// Where a name is in kPlaces. No two of kNames fall on one place, which make_places() checks.
[[gnu::always_inline]] constexpr std::size_t place(std::string_view name) noexcept {
  // Of the two letters nothing counts that tells their cases apart.
  const auto first = static_cast<unsigned char>(name.front());
  const auto last = static_cast<unsigned char>(name.back());
  return (9 * name.size() + 16U * first + 8U * last) % 256;
}

consteval std::array<FieldName, 256> make_places() {
  std::array<FieldName, 256> places{};
  places.fill(FieldName::other);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    FieldName& at = places[place(kNames[i])];
    if (at != FieldName::other) throw "two names on one place";
    at = static_cast<FieldName>(i);
  }
  return places;
}

inline constexpr std::array<FieldName, 256> kPlaces = make_places();

// A name in lower case, with a bit for each of its letters; none for `other`.
struct alignas(64) LowerName {
  std::array<char, 32> letters{};
  std::uint32_t bits = 0;
};

consteval std::array<LowerName, kFieldNames + 1> make_lower_names() {
  std::array<LowerName, kFieldNames + 1> names;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    for (std::size_t at = 0; at < kNames[i].size(); ++at) {
      names[i].letters.at(at) = lower(kNames[i][at]);
      names[i].bits |= std::uint32_t{1} << at;
    }
  }
  return names;
}

inline constexpr std::array<LowerName, kFieldNames + 1> kLowerNames = make_lower_names();

// ---- comparing ----

template <typename Word>
[[gnu::always_inline]] inline bool differ(const char* a, const char* b) noexcept {
  Word x;
  Word y;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  // The bit that tells cases apart counts for nothing where the byte has the bit of letters.
  constexpr auto kCase = static_cast<Word>(0x2020202020202020U);
  return ((x ^ y) & ~((y >> 1) & kCase)) != 0;
}

[[gnu::always_inline]] inline bool same_letters(const char* text, const char* at,
                                                std::size_t size) noexcept {
  if (size >= 8) {
    for (; size > 8; size -= 8, text += 8, at += 8) {
      if (differ<std::uint64_t>(text, at)) return false;
    }
    // The last eight of all, of which some may have been seen before.
    return !differ<std::uint64_t>(text + size - 8, at + size - 8);
  }
  if (size >= 4) {
    return !differ<std::uint32_t>(text, at) &&
           !differ<std::uint32_t>(text + size - 4, at + size - 4);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (differ<std::uint8_t>(text + i, at + i)) return false;
  }
  return true;
}

[[gnu::always_inline]] inline FieldName known_name(std::string_view name) noexcept {
  if (name.empty()) return FieldName::other;
  const FieldName found = kPlaces[place(name)];
  if (found == FieldName::other) return found;
  const std::string_view wanted = kNames[static_cast<std::size_t>(found)];
  if (wanted.size() != name.size() || !same_letters(name.data(), wanted.data(), name.size())) {
    return FieldName::other;
  }
  return found;
}

}  // namespace gnet::http::detail
