#include "gnet/http/conditional.h"

#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

// A resource may exist without a tag: "*" is about that, all else about the tag.
bool is_any(std::string_view list) {
  return detail::trim(list) == "*";
}

bool matches(std::string_view list, const Validators& current) {
  return is_any(list) ? current.exists : is_in_if_match(current.tag, list);
}

bool matches_weakly(std::string_view list, const Validators& current) {
  return is_any(list) ? current.exists : is_in_if_none_match(current.tag, list);
}

// Nothing if one of the two dates is missing.
std::optional<bool> modified_since(const std::optional<std::string_view>& field,
                                   const Validators& current) {
  if (!field || !current.modified) return std::nullopt;
  const auto since = parse_date(*field);
  if (!since) return std::nullopt;
  return *current.modified > *since;
}

}  // namespace

Verdict evaluate(const Conditions& conditions, const Validators& current, bool reading) {
  // Steps 1 and 2: a tag outweighs a date.
  if (conditions.if_match) {
    if (!matches(*conditions.if_match, current)) return Verdict::precondition_failed;
  } else if (modified_since(conditions.if_unmodified_since, current) == true) {
    return Verdict::precondition_failed;
  }
  // Steps 3 and 4.
  if (conditions.if_none_match) {
    if (matches_weakly(*conditions.if_none_match, current)) {
      return reading ? Verdict::not_modified : Verdict::precondition_failed;
    }
  } else if (reading && modified_since(conditions.if_modified_since, current) == false) {
    return Verdict::not_modified;
  }
  return Verdict::proceed;
}

bool if_range_holds(std::string_view if_range, const Validators& current, sys_seconds now) {
  if (const auto tag = EntityTag::parse(if_range)) {
    return current.tag && strongly_equal(*tag, *current.tag);
  }
  const auto date = parse_date(detail::trim(if_range));
  if (!date || !current.modified || *date != *current.modified) return false;
  // Within the second of a change there may be another one with the same date.
  return now - *date >= std::chrono::seconds(1);
}

}  // namespace gnet::http
