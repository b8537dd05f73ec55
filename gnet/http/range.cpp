#include "gnet/http/range.h"

#include <algorithm>
#include <limits>

#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

using detail::saturated_number;

constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();

// As it is written. Numbers that do not fit are the largest, which is beyond every body.
struct RangeSpec {
  std::optional<std::uint64_t> first;  // nothing: the last `last` bytes
  std::uint64_t last = kEnd;
};

std::optional<RangeSpec> parse_spec(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const std::string_view from = text.substr(0, dash);
  const std::string_view to = text.substr(dash + 1);
  RangeSpec spec;
  spec.first = saturated_number(from);
  if (!spec.first && !from.empty()) return std::nullopt;
  if (spec.first && to.empty()) return spec;
  const auto last = saturated_number(to);
  if (!last || (spec.first && *last < *spec.first)) return std::nullopt;
  spec.last = *last;
  return spec;
}

// Nothing for what is malformed, and for more than max_ranges.
std::optional<std::vector<RangeSpec>> parse_specs(std::string_view range, std::size_t max_ranges) {
  detail::Scanner scan(detail::trim(range));
  if (detail::to_lower(scan.token()) != "bytes" || !scan.eat('=')) return std::nullopt;
  std::vector<RangeSpec> specs;
  while (!scan.at_end()) {
    const std::string_view text = detail::trim(scan.until(','));
    if (text.empty()) continue;
    const auto spec = parse_spec(text);
    if (!spec || specs.size() == max_ranges) return std::nullopt;
    specs.push_back(*spec);
  }
  return specs.empty() ? std::nullopt : std::optional(specs);
}

// What of the body it is; nothing, if it is beyond it.
std::optional<ByteRange> within(const RangeSpec& spec, std::uint64_t size) {
  if (spec.first) {
    if (*spec.first >= size) return std::nullopt;
    return ByteRange{*spec.first, std::min(spec.last, size - 1)};
  }
  const std::uint64_t count = std::min(spec.last, size);
  if (count == 0) return std::nullopt;
  return ByteRange{size - count, size - 1};
}

bool touch(const ByteRange& a, const ByteRange& b) {
  return a.first <= b.last + 1 && b.first <= a.last + 1;
}

// Adds a part. It and all that it touches become one, at the place of the first of these.
void add(std::vector<ByteRange>& parts, ByteRange part) {
  auto place = parts.end() - parts.begin();
  for (;;) {
    // Grown, it may touch others than before.
    const auto other =
        std::ranges::find_if(parts, [&](const ByteRange& old) { return touch(old, part); });
    if (other == parts.end()) break;
    part = {std::min(part.first, other->first), std::max(part.last, other->last)};
    place = std::min(place, other - parts.begin());
    parts.erase(other);
  }
  parts.insert(parts.begin() + place, part);
}

// Takes "first-last", which has to be a range, from a Content-Range.
std::optional<ByteRange> parse_part(std::string_view text) {
  const auto spec = parse_spec(text);
  if (!spec || !spec->first || text.ends_with('-') || spec->last == kEnd) return std::nullopt;
  return ByteRange{*spec->first, spec->last};
}

}  // namespace

Selection select_ranges(std::string_view range, std::uint64_t size, std::size_t max_ranges) {
  Selection selection;
  const auto specs = parse_specs(range, max_ranges);
  if (!specs) return selection;
  for (const RangeSpec& spec : *specs) {
    const bool from_nothing = size == 0 && (spec.first ? *spec.first == 0 : spec.last != 0);
    if (from_nothing) return {};
    if (const auto part = within(spec, size)) add(selection.parts, *part);
  }
  selection.kind =
      selection.parts.empty() ? Selection::Kind::unsatisfiable : Selection::Kind::parts;
  return selection;
}

std::string content_range(ByteRange part, std::optional<std::uint64_t> size) {
  return "bytes " + std::to_string(part.first) + '-' + std::to_string(part.last) + '/' +
         (size ? std::to_string(*size) : "*");
}

std::string unsatisfied_range(std::uint64_t size) {
  return "bytes */" + std::to_string(size);
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  detail::Scanner scan(detail::trim(text));
  if (detail::to_lower(scan.token()) != "bytes" || !scan.eat(' ')) return std::nullopt;
  const std::string_view part = scan.until('/');
  const std::string_view size = scan.rest();
  ContentRange range;
  if (size != "*") {
    range.size = saturated_number(size);
    if (!range.size || *range.size == kEnd) return std::nullopt;
  }
  if (part != "*") {
    range.part = parse_part(part);
    if (!range.part || (range.size && range.part->last >= *range.size)) return std::nullopt;
  } else if (!range.size) {
    return std::nullopt;
  }
  return range;
}

}  // namespace gnet::http
