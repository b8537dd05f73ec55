// Dates as HTTP writes them: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
//
//   const auto time = gnet::http::parse_date("Sunday, 06-Nov-94 08:49:37 GMT");
//   gnet::http::format_date(*time);                   // "Sun, 06 Nov 1994 08:49:37 GMT"
//
//   out += gnet::http::date_field(now);               // the same text all second long
//
// Nothing here asks a clock.
//
// Threads: functions without state; what date_field() gives belongs to the thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gnet/base/chrono.h"

namespace gnet::http {

using std::chrono::sys_seconds;

// 29 characters for years 0 to 9999; times before and after are those of the first and the last
// second in between.
[[nodiscard]] std::string format_date(sys_seconds time);

// All three forms that HTTP has had: the one above, RFC 850's and asctime()'s. Nothing for anything
// else. That the day of the week fits is not checked. The two digits of a year in the second form
// mean, with `now`, one that is not more than 50 years ahead; without, 1970 to 2069.
[[nodiscard]] std::optional<sys_seconds> parse_date(std::string_view text);
[[nodiscard]] std::optional<sys_seconds> parse_date(std::string_view text, sys_seconds now);

// How long to wait for what a Retry-After field says: seconds, or a date (RFC 9110 §10.2.3). Zero
// for a date that is past; nothing for what is neither. What is longer than a year is a year.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                                    sys_seconds now);

// format_date(), made anew only when the second is another than the last time on this thread.
// Valid until then.
[[nodiscard]] std::string_view date_field(sys_seconds now);

}  // namespace gnet::http
