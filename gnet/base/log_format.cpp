#include "gnet/base/log_format.h"

#include <algorithm>
#include <ctime>

#include "gnet/base/mask.h"
#include "gnet/base/utf8.h"

namespace gnet {
namespace {

struct Instant {
  std::tm parts{};
  int milliseconds = 0;
};

Instant broken_down(std::chrono::system_clock::time_point time, bool utc) {
  using namespace std::chrono;
  const auto since_epoch = floor<milliseconds>(time).time_since_epoch();
  const auto whole = floor<seconds>(since_epoch);
  const std::time_t stamp = static_cast<std::time_t>(whole.count());
  Instant instant;
  instant.milliseconds = static_cast<int>((since_epoch - whole).count());
  if (utc) {
    ::gmtime_r(&stamp, &instant.parts);
  } else {
    ::localtime_r(&stamp, &instant.parts);
  }
  return instant;
}

std::string utc_stamp(std::chrono::system_clock::time_point time) {
  const auto [t, ms] = broken_down(time, true);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", t.tm_year + 1900, t.tm_mon + 1,
                     t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, ms);
}

void append_text(std::string& out, const LogRecord& record) {
  append_printable(out, record.logger);
  if (record.connection != 0) fmt::format_to(std::back_inserter(out), "#{}", record.connection);
  if (!record.peer.empty()) append_printable(out += ' ', record.peer);
  if (!out.empty()) out += ' ';
  if (record.level == LogLevel::warn) out += "warning: ";
  if (record.level == LogLevel::error) out += "error: ";
  append_printable(out, mask_secrets(record.message));
}

void append_logfmt(std::string& out, std::string_view key, std::string_view value) {
  if (!out.empty()) out += ' ';
  (out += key) += '=';
  const bool plain =
      !value.empty() && is_utf8(value) && std::none_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '=' || c == '"' || c == '\\' ||
               c == 0x7f;
      });
  if (plain) {
    out += value;
  } else {
    append_json_string(out, value);
  }
}

std::string as_logfmt(const LogRecord& record) {
  std::string out;
  append_logfmt(out, "ts", utc_stamp(record.time));
  append_logfmt(out, "level", to_string(record.level));
  append_logfmt(out, "logger", record.logger);
  if (record.connection != 0) append_logfmt(out, "conn", std::to_string(record.connection));
  if (!record.peer.empty()) append_logfmt(out, "peer", record.peer);
  append_logfmt(out, "msg", mask_secrets(record.message));
  return out;
}

std::string as_json(const LogRecord& record) {
  std::string out = fmt::format(R"({{"ts":"{}","level":"{}","logger":)", utc_stamp(record.time),
                                to_string(record.level));
  append_json_string(out, record.logger);
  append_json_string(out += R"(,"msg":)", mask_secrets(record.message));
  if (record.connection != 0) {
    fmt::format_to(std::back_inserter(out), R"(,"conn":{})", record.connection);
  }
  if (!record.peer.empty()) append_json_string(out += R"(,"peer":)", record.peer);
  return out += '}';
}

std::string as_text(const LogRecord& record) {
  const auto [t, ms] = broken_down(record.time, false);
  std::string line;
  append_text(line, record);
  return fmt::format("{:02}:{:02}:{:02}.{:03} {}", t.tm_hour, t.tm_min, t.tm_sec, ms, line);
}

}  // namespace

std::string format_record(const LogRecord& record, LogFormat format) {
  switch (format) {
    case LogFormat::json:
      return as_json(record);
    case LogFormat::logfmt:
      return as_logfmt(record);
    case LogFormat::bare:
      return printable(record.message);
    case LogFormat::text:
      break;
  }
  return as_text(record);
}

std::string format_untimed(const LogRecord& record) {
  std::string line;
  append_text(line, record);
  return line;
}

int syslog_priority(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::error:
      return 3;
    case LogLevel::warn:
      return 4;
    case LogLevel::info:
      return 6;
    default:
      return 7;
  }
}

}  // namespace gnet
