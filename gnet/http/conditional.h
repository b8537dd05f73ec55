// Whether a request is carried out: If-Match, If-None-Match and their dates, in the order that
// RFC 9110 §13.2.2 gives.
//
//   gnet::http::Conditions conditions{.if_none_match = request.value("if-none-match")};
//   switch (gnet::http::evaluate(conditions, {.tag = tag, .modified = time}, reading)) {
//     case gnet::http::Verdict::proceed: …                     // 200, or what a Range gives
//     case gnet::http::Verdict::not_modified: …                // 304
//     case gnet::http::Verdict::precondition_failed: …         // 412
//   }
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gnet/http/date.h"
#include "gnet/http/entity_tag.h"

namespace gnet::http {

// The fields of a request, where it has them. Several If-Match fields are one, joined by commas.
struct Conditions {
  std::optional<std::string_view> if_match{};
  std::optional<std::string_view> if_none_match{};
  std::optional<std::string_view> if_modified_since{};
  std::optional<std::string_view> if_unmodified_since{};
};

// What is known of the version that there is.
struct Validators {
  std::optional<EntityTag> tag{};
  std::optional<sys_seconds> modified{};  // whole seconds, as Last-Modified tells them
  bool exists = true;                     // false: "*" matches nothing
};

enum class Verdict : std::uint8_t { proceed, not_modified, precondition_failed };

// `reading` is true for GET and HEAD. A date that is none is as if its field were not there
// (§13.1.3), and so is one whose resource has no date.
[[nodiscard]] Verdict evaluate(const Conditions& conditions, const Validators& current,
                               bool reading);

// Whether a Range counts beside this If-Range (RFC 9110 §13.1.5): its tag has to be strong and the
// same, its date exactly that of the resource, which must be at least a second older than `now`,
// the Date of the answer. A client that has parts of another version gets the whole.
[[nodiscard]] bool if_range_holds(std::string_view if_range, const Validators& current,
                                  sys_seconds now);

}  // namespace gnet::http
