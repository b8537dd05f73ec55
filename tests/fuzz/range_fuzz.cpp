// Ranges and conditions: what is selected lies within the body, never twice, and what is written
// of it is read as the same; nothing that a client says of versions crashes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "gnet/http/conditional.h"
#include "gnet/http/range.h"

namespace {

using gnet::http::EntityTag;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_ranges(std::string_view text, std::uint64_t size) {
  const auto selection = gnet::http::select_ranges(text, size);
  using Kind = gnet::http::Selection::Kind;
  require((selection.kind == Kind::parts) == !selection.parts.empty());
  require(selection.parts.size() <= gnet::http::kMaxRanges);
  std::uint64_t total = 0;
  for (const auto& part : selection.parts) {
    require(part.first <= part.last && part.last < size);
    require(part.size() <= size - total);
    total += part.size();
    const auto again = gnet::http::parse_content_range(gnet::http::content_range(part, size));
    require(size == UINT64_MAX || (again && again->part == part && again->size == size));
  }
  static_cast<void>(gnet::http::parse_content_range(text));
}

void check_conditions(std::string_view text) {
  if (const auto tag = EntityTag::parse(text)) {
    require(EntityTag::parse(tag->str()) == tag);
    require(is_in_if_none_match(tag, text));
    require(is_in_if_match(tag, text) == !tag->weak());
  }
  if (const auto time = gnet::http::parse_date(text)) {
    require(gnet::http::parse_date(gnet::http::format_date(*time)) == time);
  }
  const gnet::http::Validators current{.tag = EntityTag("a"),
                                       .modified = gnet::http::sys_seconds{}};
  static_cast<void>(gnet::http::if_range_holds(text, current, {}));
  const gnet::http::Conditions all{text, text, text, text};
  for (const bool reading : {true, false}) {
    require(evaluate(all, current, reading) != gnet::http::Verdict::proceed ||
            is_in_if_match(current.tag, text));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint64_t body = 0;
  if (size < sizeof body) return 0;
  std::memcpy(&body, data, sizeof body);
  const std::string_view text(reinterpret_cast<const char*>(data) + sizeof body,
                              size - sizeof body);
  check_ranges(text, body);
  check_ranges(text, body % 1000);
  check_conditions(text);
  return 0;
}
