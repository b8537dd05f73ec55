// Parts of a body: Range and Content-Range, in bytes (RFC 9110 §14).
//
//   const auto selection = gnet::http::select_ranges("bytes=0-99,-1", size);
//   switch (selection.kind) {
//     case gnet::http::Selection::Kind::whole: …            // 200, all of it
//     case gnet::http::Selection::Kind::parts: …            // 206, selection.parts
//     case gnet::http::Selection::Kind::unsatisfiable: …    // 416, unsatisfied_range(size)
//   }
//
// Threads: functions without state.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnet::http {

// Both ends belong to it.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  [[nodiscard]] std::uint64_t size() const noexcept { return last - first + 1; }
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// What a Range field asks for, of a body of a known size.
struct Selection {
  enum class Kind : std::uint8_t { whole, parts, unsatisfiable };

  Kind kind = Kind::whole;
  // In the order in which they were asked for; none touches another. All within the body.
  std::vector<ByteRange> parts;
};

inline constexpr std::size_t kMaxRanges = 16;

// The value of a Range field means the whole if it is malformed, of another unit than bytes, or
// asks for more than max_ranges: who asks for a thousand ranges does not want to read. Ranges that
// overlap or adjoin are one, where the first of them was, so that together they are never more than
// the body. Those beyond the end are left out; if none is left, it is unsatisfiable. Of an empty
// body "0-" and "-N" mean the whole, as in nginx and in Go, because some clients always ask so.
[[nodiscard]] Selection select_ranges(std::string_view range, std::uint64_t size,
                                      std::size_t max_ranges = kMaxRanges);

// "bytes 0-99/1234", or "bytes 0-99/*" while the size is not known.
[[nodiscard]] std::string content_range(ByteRange part, std::optional<std::uint64_t> size);
// "bytes */1234": what goes with a 416.
[[nodiscard]] std::string unsatisfied_range(std::uint64_t size);

// The value of a Content-Range field.
struct ContentRange {
  std::optional<ByteRange> part;      // nothing: "*"
  std::optional<std::uint64_t> size;  // nothing: "*"
};

// Nothing for what is malformed, of another unit, or beyond its own size.
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace gnet::http
