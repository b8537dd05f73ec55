// How a log record looks as a line.
//
//   text     12:01:07.123 echo#42 127.0.0.1:53144 closed: eof
//   json     {"ts":"2026-11-21T12:01:07.123Z","level":"info","logger":"echo","msg":"closed: eof",…}
//   logfmt   ts=2026-11-21T12:01:07.123Z level=info logger=echo conn=42 msg="closed: eof"
//   bare     closed: eof
//
// Secrets are masked in all of them but bare, which is for lines that somebody else has made up;
// and whatever a peer may have put into a message, a record
// stays one line: control characters are written as escapes.
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gnet/base/log.h"

namespace gnet {

enum class LogFormat : std::uint8_t { text, json, logfmt, bare };

// The line without its end. Text has local time and tells the level of warnings and errors; the
// others have UTC.
[[nodiscard]] std::string format_record(const LogRecord& record, LogFormat format);

// The text form without the time: for destinations that keep their own.
[[nodiscard]] std::string format_untimed(const LogRecord& record);

// The priority of syslog(3) for a level: 3 for errors, 4 for warnings, 6 for info, 7 below.
[[nodiscard]] int syslog_priority(LogLevel level) noexcept;

}  // namespace gnet
