// What the fuzzers of requests' and of responses' heads share: bytes go in whole and in pieces, and
// the answer has to be the same.
//
//   fuzz_head<RequestParser>(data, size, check_head, told);

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/http/field_table.h"
#include "gnet/http/head_limits.h"

namespace fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

// Small, so that they are reached.
inline constexpr gnet::http::HeadLimits kLimits{.start_line = 200, .head = 500, .fields = 8};

// Bytes in memory of their own, at whose end a sanitizer watches.
struct Copy {
  explicit Copy(std::string_view text) : data(new char[text.size()]), size(text.size()) {
    text.copy(data.get(), size);
  }
  [[nodiscard]] std::string_view view() const { return {data.get(), size}; }
  std::unique_ptr<char[]> data;
  std::size_t size;
};

inline bool is_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// The head as text, of which everything has to be a part, and its fields.
template <typename Head>
std::string_view check_fields(const Head& head, std::string_view bytes) {
  require(head.size() <= bytes.size() && head.size() <= kLimits.head);
  const std::string_view text = bytes.substr(0, head.size());
  require(text.ends_with("\r\n\r\n"));
  const auto& fields = head.fields();
  require(fields.size() <= kLimits.fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    require(is_in(fields[i].name, text) && is_in(fields[i].value, text));
    require(!fields[i].name.empty() &&
            fields[i].name.find_first_of(" \t\r\n:") == std::string_view::npos);
    require(fields[i].value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    require(fields.find(fields[i].name).has_value());
  }
  // One reading of where the body ends.
  require(!(fields.has(gnet::http::FieldName::content_length) &&
            fields.has(gnet::http::FieldName::transfer_encoding)));
  return text;
}

// What comes out when at most `step` bytes come at a time.
template <typename Parser, typename Check, typename Tell>
std::string parse(Parser& parser, std::string_view bytes, std::size_t step, Check&& check,
                  Tell&& tell) {
  using gnet::http::Parsed;
  parser.reset();
  for (std::size_t end = std::min(step, bytes.size());; end = std::min(end + step, bytes.size())) {
    const Copy copy(bytes.substr(0, end));
    const Parsed state = parser.parse(copy.view());
    if (state == Parsed::refused) return std::to_string(parser.refusal().status);
    if (state == Parsed::complete) {
      const auto& head = parser.head();
      check(head, copy.view());
      std::string text = std::to_string(head.size()) + (head.keep_alive() ? 'k' : 'c') + tell(head);
      for (std::size_t i = 0; i < head.fields().size(); ++i) {
        text.append("\n").append(head.fields()[i].name).append("=").append(head.fields()[i].value);
      }
      return text;
    }
    if (end == bytes.size()) return "incomplete";
  }
}

// `tell` makes a text of everything that a caller could notice beside size, fields and keep-alive.
template <typename Parser, typename Check, typename Tell>
void fuzz_head(const std::uint8_t* data, std::size_t size, Check&& check, Tell&& tell) {
  if (size == 0) return;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Parser parser(kLimits);
  const std::string whole = parse(parser, bytes, bytes.size(), check, tell);
  require(parse(parser, bytes, 1, check, tell) == whole);
  require(parse(parser, bytes, 1U + data[0] % 32U, check, tell) == whole);
}

}  // namespace fuzz
