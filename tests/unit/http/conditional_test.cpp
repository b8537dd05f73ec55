#include "gnet/http/conditional.h"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(conditional)

using gnet::http::Conditions;
using gnet::http::EntityTag;
using gnet::http::evaluate;
using gnet::http::if_range_holds;
using gnet::http::Validators;
using gnet::http::Verdict;

namespace {

const gnet::http::sys_seconds kModified =
    gnet::http::parse_date("Sun, 06 Nov 1994 08:49:37 GMT").value();
constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";
constexpr std::string_view kBadDate = "yesterday";

const Validators kCurrent{.tag = EntityTag("v2"), .modified = kModified};

// The status to answer with; 200 stands for going on.
int status(const Conditions& conditions, bool reading = true,
           const Validators& current = kCurrent) {
  switch (evaluate(conditions, current, reading)) {
    case Verdict::proceed:
      return 200;
    case Verdict::not_modified:
      return 304;
    case Verdict::precondition_failed:
      return 412;
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_conditions_it_goes_on) {
  BOOST_TEST(status({}) == 200);
  BOOST_TEST(status({}, false) == 200);
}

BOOST_AUTO_TEST_CASE(if_match_wants_this_version) {
  for (const bool reading : {true, false}) {
    BOOST_TEST(status({.if_match = "\"v2\""}, reading) == 200);
    BOOST_TEST(status({.if_match = "\"v1\", \"v2\""}, reading) == 200);
    BOOST_TEST(status({.if_match = "*"}, reading) == 200);
    BOOST_TEST(status({.if_match = "\"v1\""}, reading) == 412);
    BOOST_TEST(status({.if_match = "W/\"v2\""}, reading) == 412);
    BOOST_TEST(status({.if_match = ""}, reading) == 412);
  }
}

BOOST_AUTO_TEST_CASE(if_none_match_wants_another_version) {
  BOOST_TEST(status({.if_none_match = "\"v2\""}) == 304);
  BOOST_TEST(status({.if_none_match = "W/\"v2\""}) == 304);
  BOOST_TEST(status({.if_none_match = "*"}) == 304);
  BOOST_TEST(status({.if_none_match = "\"v1\""}) == 200);
  BOOST_TEST(status({.if_none_match = "\"v2\""}, false) == 412);
  BOOST_TEST(status({.if_none_match = "*"}, false) == 412);
  BOOST_TEST(status({.if_none_match = "\"v1\""}, false) == 200);
}

BOOST_AUTO_TEST_CASE(dates_are_compared_in_whole_seconds) {
  BOOST_TEST(status({.if_modified_since = kBefore}) == 200);
  BOOST_TEST(status({.if_modified_since = kDate}) == 304);
  BOOST_TEST(status({.if_modified_since = kAfter}) == 304);
  BOOST_TEST(status({.if_modified_since = kAfter}, false) == 200);  // only for GET and HEAD
  BOOST_TEST(status({.if_unmodified_since = kBefore}) == 412);
  BOOST_TEST(status({.if_unmodified_since = kDate}) == 200);
  BOOST_TEST(status({.if_unmodified_since = kAfter}, false) == 200);
  BOOST_TEST(status({.if_unmodified_since = kBefore}, false) == 412);
}

BOOST_AUTO_TEST_CASE(what_is_no_date_is_not_there) {
  BOOST_TEST(status({.if_modified_since = kBadDate}) == 200);
  BOOST_TEST(status({.if_unmodified_since = kBadDate}) == 200);
  const Validators undated{.tag = EntityTag("v2")};
  BOOST_TEST(status({.if_modified_since = kDate}, true, undated) == 200);
  BOOST_TEST(status({.if_unmodified_since = kBefore}, true, undated) == 200);
}

BOOST_AUTO_TEST_CASE(tags_outweigh_dates) {
  BOOST_TEST(status({.if_match = "\"v2\"", .if_unmodified_since = kBefore}) == 200);
  BOOST_TEST(status({.if_match = "\"v1\"", .if_unmodified_since = kAfter}) == 412);
  BOOST_TEST(status({.if_none_match = "\"v1\"", .if_modified_since = kAfter}) == 200);
  BOOST_TEST(status({.if_none_match = "\"v2\"", .if_modified_since = kBefore}) == 304);
}

BOOST_AUTO_TEST_CASE(what_fails_comes_before_what_has_not_changed) {
  BOOST_TEST(status({.if_match = "\"v1\"", .if_none_match = "\"v2\""}) == 412);
  BOOST_TEST(status({.if_match = "\"v2\"", .if_none_match = "\"v2\""}) == 304);
  BOOST_TEST(status({.if_none_match = "\"v2\"", .if_unmodified_since = kBefore}) == 412);
  BOOST_TEST(status({.if_modified_since = kAfter, .if_unmodified_since = kDate}) == 304);
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_matches_nothing) {
  const Validators nothing{.tag = {}, .modified = {}, .exists = false};
  BOOST_TEST(status({.if_match = "*"}, false, nothing) == 412);
  BOOST_TEST(status({.if_match = "\"v1\""}, false, nothing) == 412);
  BOOST_TEST(status({.if_none_match = "*"}, false, nothing) == 200);  // create, never replace
  BOOST_TEST(status({.if_none_match = "\"v1\""}, false, nothing) == 200);
}

BOOST_AUTO_TEST_CASE(what_exists_without_a_tag_matches_any) {
  const Validators untagged{.tag = {}, .modified = kModified};
  BOOST_TEST(status({.if_match = "*"}, false, untagged) == 200);
  BOOST_TEST(status({.if_none_match = "*"}, false, untagged) == 412);
  BOOST_TEST(status({.if_match = "\"v1\""}, false, untagged) == 412);
}

BOOST_AUTO_TEST_CASE(a_range_counts_only_of_the_same_version) {
  const auto now = kModified + std::chrono::hours(1);
  BOOST_TEST(if_range_holds("\"v2\"", kCurrent, now));
  BOOST_TEST(!if_range_holds("\"v1\"", kCurrent, now));
  BOOST_TEST(!if_range_holds("W/\"v2\"", kCurrent, now));
  BOOST_TEST(!if_range_holds("\"v2\"", {.tag = EntityTag("v2", true)}, now));
  BOOST_TEST(!if_range_holds("\"v1\", \"v2\"", kCurrent, now));
  BOOST_TEST(!if_range_holds("*", kCurrent, now));
  BOOST_TEST(if_range_holds(kDate, kCurrent, now));
  BOOST_TEST(!if_range_holds(kAfter, kCurrent, now));
  BOOST_TEST(!if_range_holds(kBefore, kCurrent, now));
  BOOST_TEST(!if_range_holds(kBadDate, kCurrent, now));
  BOOST_TEST(!if_range_holds("", kCurrent, now));
  BOOST_TEST(!if_range_holds(kDate, {.tag = EntityTag("v2")}, now));
  BOOST_TEST(!if_range_holds(kDate, kCurrent, kModified));  // it may have changed twice since
  BOOST_TEST(!if_range_holds("\"v2\"", {}, now));
}

BOOST_AUTO_TEST_SUITE_END()
