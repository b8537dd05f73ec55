#include "gnet/http/head_scanner.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "gnet/http/ascii.h"
#include "gnet/http/head_blocks.h"
#include "gnet/http/known_names.h"
#include "gnet/http/scanner.h"

namespace gnet::http::detail {

namespace {

constexpr std::size_t kLongestFieldName = std::numeric_limits<std::uint16_t>::max();

constexpr std::string_view kTooLong = "the head of the message is too long";

#ifdef __SSE2__
// In which of 16 bytes something else is than a letter, a digit, a hyphen or a dot.
[[gnu::always_inline]] inline unsigned unusual_in_host(__m128i bytes) noexcept {
  // 0 in each byte from `first` to `last`.
  const auto beyond = [](__m128i all, char first, char last) {
    return _mm_subs_epu8(_mm_sub_epi8(all, _mm_set1_epi8(first)),
                         _mm_set1_epi8(static_cast<char>(last - first)));
  };
  const __m128i other = _mm_min_epu8(beyond(bytes, '-', '9'),
                                     beyond(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z'));
  const __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'));
  const __m128i usual = _mm_cmpeq_epi8(_mm_or_si128(other, slash), _mm_setzero_si128());
  return static_cast<unsigned>(_mm_movemask_epi8(usual)) ^ 0xffffU;
}

[[gnu::always_inline]] inline unsigned unusual_in_host(const char* at) noexcept {
  return unusual_in_host(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

// Goes through [at, end), which has 16 bytes at least, in steps of as many. `found` gives a vector
// whose bytes are not 0 where something is.
template <typename F>
[[gnu::always_inline]] inline const char* find_in_steps(const char*& at, const char* end,
                                                        F&& found) noexcept {
  for (const char* const last = end - 16; at <= last; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found(bytes)));
    if (mask != 0) return at + std::countr_zero(mask);
  }
  return nullptr;
}
#endif

[[gnu::always_inline]] inline const char* find_colon(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  const auto* found = end - at < 16 ? nullptr : find_in_steps(at, end, [](__m128i bytes) {
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(':'));
  });
  if (found != nullptr) return found;
#endif
  const void* rest = std::memchr(at, ':', static_cast<std::size_t>(end - at));
  return rest == nullptr ? end : static_cast<const char*>(rest);
}

// The first control character, tabs among them; `end` if none.
[[gnu::always_inline]] inline const char* find_control(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  const auto* found = end - at < 16 ? nullptr : find_in_steps(at, end, [](__m128i bytes) {
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    return _mm_or_si128(low, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
  });
  if (found != nullptr) return found;
#endif
  while (at != end && !is_control(*at)) ++at;
  return at;
}

bool has_line_end(const char* at, const char* end) noexcept {
  return std::memchr(at, '\n', static_cast<std::size_t>(end - at)) != nullptr;
}

}  // namespace

const char* find_not_visible(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  const auto* found = end - at < 16 ? nullptr : find_in_steps(at, end, [](__m128i bytes) {
    // As signed numbers the bytes from 0x80 on are the smallest.
    const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x21));
    return _mm_or_si128(low, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
  });
  if (found != nullptr) return found;
#endif
  while (at != end && is_visible(*at)) ++at;
  return at;
}

std::size_t count_usual_in_host([[maybe_unused]] std::string_view text) noexcept {
#ifdef __SSE2__
  if (text.size() >= 16) {
    const std::size_t last = text.size() - 16;
    for (std::size_t at = 0; at < last; at += 16) {
      if (const unsigned found = unusual_in_host(text.data() + at); found != 0) {
        return at + static_cast<std::size_t>(std::countr_zero(found));
      }
    }
    const unsigned found = unusual_in_host(text.data() + last);  // it overlaps the one before
    return found == 0 ? text.size() : last + static_cast<std::size_t>(std::countr_zero(found));
  }
  if (text.size() >= 8) {
    const auto eight = [](const char* at) {
      return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at));
    };
    const std::size_t last = text.size() - 8;
    const unsigned found =
        unusual_in_host(_mm_unpacklo_epi64(eight(text.data()), eight(text.data() + last)));
    if (found == 0) return text.size();
    const auto first = static_cast<std::size_t>(std::countr_zero(found));
    return first < 8 ? first : last + first - 8;
  }
#endif
  return 0;
}

Parsed HeadScanner::refuse_line(const char* at, const char* end, int status,
                                std::string_view reason) noexcept {
  return has_line_end(at, end) ? refuse(status, reason) : Parsed::incomplete;
}

bool HeadScanner::may_go_on(std::string_view bytes, std::size_t eager) noexcept {
  fields.moved(bytes.data());
  if (searched_ <= at_ + eager) return true;
  if (!has_line_end(bytes.data() + searched_, bytes.data() + bytes.size())) {
    searched_ = bytes.size();
    return false;
  }
  return true;
}

// Moves `at` behind the line, if that is whole.
[[gnu::noinline]] Parsed HeadScanner::read_field(const char*& at, const char* base,
                                                 const char* end) {
  if (at == end) return Parsed::incomplete;
  if (*at == '\r') return refuse_line(at, end, 400, "a CR without an LF");
  const char* const colon = find_colon(at, end);
  const std::string_view name(at, static_cast<std::size_t>(colon - at));
  const FieldName id = known_name(name);
  if (colon == end ||
      (id == FieldName::other && (!is_token(name) || name.size() > kLongestFieldName))) {
    return refuse_name(at, end, name);
  }
  const char* value = colon + 1;
  while (value != end && is_space(*value)) ++value;
  const char* stop = find_control(value, end);
  while (stop != end && *stop == '\t') [[unlikely]] stop = find_control(stop + 1, end);
  if (end - stop < 2 || stop[0] != '\r' || stop[1] != '\n') {
    if (stop == end) return Parsed::incomplete;
    if (*stop == '\n') return refuse(400, "an LF without a CR");
    return refuse_line(
        at, end, 400,
        *stop == '\r' ? "a CR without an LF" : "a control character in a header field");
  }
  const char* last = stop;
  while (last != value && is_space(last[-1])) --last;
  if (fields.size() == limits_.fields) return refuse(431, "too many header fields");
  if (static_cast<std::size_t>(stop + 2 - base) > limits_.head) return refuse(431, kTooLong);
  fields.add(id, name, {value, static_cast<std::size_t>(last - value)});
  at = stop + 2;
  return Parsed::complete;
}

Parsed HeadScanner::read_fields(std::string_view bytes) {
  const char* const base = bytes.data();
  const char* const end = base + bytes.size();
  const char* at = base + at_;
  at = read_usual_fields(at, base + std::min(bytes.size(), limits_.head), limits_.fields, fields);
  at_ = static_cast<std::size_t>(at - base);
  for (;;) {
    if (end - at >= 2 && at[0] == '\r' && at[1] == '\n') {
      at_ = static_cast<std::size_t>(at + 2 - base);
      if (at_ > limits_.head) break;
      return Parsed::complete;
    }
    const Parsed parsed = read_field(at, base, end);
    at_ = static_cast<std::size_t>(at - base);
    if (parsed == Parsed::refused) return parsed;
    if (parsed == Parsed::incomplete) {
      if (bytes.size() >= limits_.head) break;
      return wait_for_more(bytes);
    }
  }
  return refuse(431, kTooLong);
}

Parsed HeadScanner::refuse_name(const char* at, const char* end, std::string_view name) noexcept {
  const auto refuse_for = [&](std::string_view reason) {
    return refuse_line(at, end, 400, reason);
  };
  const auto line_end = name.find('\n');
  if (name.empty()) return refuse_for("a header field without a name");
  if (is_space(name.front())) return refuse_for("a header field that is folded");
  if (line_end != name.npos) {
    if (line_end == 0 || name[line_end - 1] != '\r') return refuse_for("an LF without a CR");
    return refuse_for("a line of the head without a colon");
  }
  if (is_space(name.back())) return refuse_for("a space before a colon");
  if (name.size() > kLongestFieldName)
    return refuse_line(at, end, 431, "a header field with too long a name");
  return refuse_for("a header field whose name has a character that no name has");
}

namespace {

// 1*DIGIT, up to 2^63 - 1.
bool read_length(std::string_view text, std::uint64_t& value) noexcept {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (text.empty()) return false;
  value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kLargest - digit) / 10) return false;
    value = value * 10 + digit;
  }
  return true;
}

Refusal read_transfer_encoding(const FieldTable& fields, int minor_version, BodyFraming& framing) {
  const auto codings = *fields.find(FieldName::transfer_encoding);
  if (minor_version == 0) return {400, "Transfer-Encoding in an HTTP/1.0 message"};
  if (fields.has(FieldName::content_length)) {
    return {400, "Transfer-Encoding and Content-Length in one message"};
  }
  if (fields.repeats(FieldName::transfer_encoding)) return {400, "Transfer-Encoding is repeated"};
  if (!equal_to_letters(codings, "chunked")) {
    // Another coding below chunks is well-formed, and none that is known here.
    const std::size_t comma = codings.rfind(',');
    if (comma == codings.npos) return {400, "a Transfer-Encoding that is not chunked"};
    const auto last = trim(codings.substr(comma + 1));
    const auto before = to_lower(codings.substr(0, comma));
    if (!equal_to_letters(last, "chunked") || before.find("chunked") != before.npos) {
      return {400, "a Transfer-Encoding that does not end with chunked, once"};
    }
    return {501, "a Transfer-Encoding other than chunked"};
  }
  framing = {BodyFraming::chunked, 0};
  return {};
}

// Of letters and hyphens only, in any case.
template <std::size_t size>
bool is(std::string_view text, const char (&option)[size]) noexcept {
  return text.size() == size - 1 && same_letters(text.data(), option, size - 1);
}

void read_connection(std::string_view options, MessageFacts& facts) {
  if (is(options, "keep-alive")) {
    facts.keep_alive = true;
    return;
  }
  while (!options.empty()) {
    const std::size_t comma = std::min(options.find(','), options.size());
    const std::string_view option = trim(options.substr(0, comma));
    options.remove_prefix(std::min(comma + 1, options.size()));
    if (is(option, "close")) facts.close = true;
    if (is(option, "keep-alive")) facts.keep_alive = true;
    if (is(option, "upgrade")) facts.upgrade = true;
  }
}

}  // namespace

Refusal read_facts(const FieldTable& fields, int minor_version, MessageFacts& facts) {
  if (fields.has(FieldName::transfer_encoding)) {
    if (const auto refusal = read_transfer_encoding(fields, minor_version, facts.framing)) {
      return refusal;
    }
  } else if (const auto length = fields.find(FieldName::content_length)) {
    if (fields.repeats(FieldName::content_length)) return {400, "Content-Length is repeated"};
    facts.framing.kind = BodyFraming::length;
    if (!read_length(*length, facts.framing.size)) return {400, "Content-Length is no length"};
  }
  if (!fields.has(FieldName::connection)) return {};
  if (!fields.repeats(FieldName::connection)) {
    read_connection(*fields.find(FieldName::connection), facts);
  } else {
    read_connection(fields.joined(FieldName::connection), facts);
  }
  return {};
}

}  // namespace gnet::http::detail
