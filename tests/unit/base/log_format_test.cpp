#include "gnet/base/log_format.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ctime>

using gnet::format_record;
using gnet::format_untimed;
using gnet::LogFormat;
using gnet::LogLevel;
using gnet::LogRecord;

namespace {

// 2026-11-21 12:01:07.123456 UTC, which the tests make the local time, too.
struct Utc {
  Utc() {
    const char* zone = std::getenv("TZ");
    had_zone = zone != nullptr;
    if (had_zone) before = zone;
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  ~Utc() {
    if (had_zone) {
      ::setenv("TZ", before.c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }
  bool had_zone = false;
  std::string before;
};

LogRecord sample(std::string_view message, LogLevel level = LogLevel::info) {
  using namespace std::chrono_literals;
  return {.time = std::chrono::system_clock::time_point(1'795'262'467s + 123'456us),
          .level = level,
          .logger = "echo",
          .connection = 42,
          .peer = "127.0.0.1:53144",
          .message = message};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(log_format, Utc)

BOOST_AUTO_TEST_CASE(text_is_for_people) {
  BOOST_TEST(format_record(sample("closed: eof, 3.0 MB in 120 ms"), LogFormat::text) ==
             "12:01:07.123 echo#42 127.0.0.1:53144 closed: eof, 3.0 MB in 120 ms");
  BOOST_TEST(format_untimed(sample("closed: eof")) == "echo#42 127.0.0.1:53144 closed: eof");
}

BOOST_AUTO_TEST_CASE(text_names_the_level_only_of_trouble) {
  BOOST_TEST(format_untimed(sample("x", LogLevel::debug)) == "echo#42 127.0.0.1:53144 x");
  BOOST_TEST(format_untimed(sample("x", LogLevel::warn)) == "echo#42 127.0.0.1:53144 warning: x");
  BOOST_TEST(format_untimed(sample("x", LogLevel::error)) == "echo#42 127.0.0.1:53144 error: x");
}

BOOST_AUTO_TEST_CASE(json_has_stable_keys) {
  BOOST_TEST(format_record(sample("closed: \"eof\""), LogFormat::json) ==
             R"({"ts":"2026-11-21T12:01:07.123Z","level":"info","logger":"echo",)"
             R"("msg":"closed: \"eof\"","conn":42,"peer":"127.0.0.1:53144"})");
}

BOOST_AUTO_TEST_CASE(logfmt_quotes_only_where_it_must) {
  BOOST_TEST(format_record(sample("closed: eof"), LogFormat::logfmt) ==
             "ts=2026-11-21T12:01:07.123Z level=info logger=echo conn=42 peer=127.0.0.1:53144 "
             "msg=\"closed: eof\"");
  BOOST_TEST(format_record(sample("closed"), LogFormat::logfmt).ends_with("msg=closed"));
  BOOST_TEST(format_record(sample("a=b"), LogFormat::logfmt).ends_with("msg=\"a=b\""));
  BOOST_TEST(format_record(sample(""), LogFormat::logfmt).ends_with("msg=\"\""));
}

BOOST_AUTO_TEST_CASE(records_without_a_connection_leave_it_out) {
  LogRecord plain = sample("hello");
  plain.connection = 0;
  plain.peer = {};
  BOOST_TEST(format_untimed(plain) == "echo hello");
  BOOST_TEST(format_record(plain, LogFormat::json) ==
             R"({"ts":"2026-11-21T12:01:07.123Z","level":"info","logger":"echo","msg":"hello"})");
}

BOOST_AUTO_TEST_CASE(a_record_is_one_line_whatever_is_in_it) {
  const auto evil = sample("a\nb\r\x1b[31m\xc2\x9bz\xff\t\xc3\xa9");
  BOOST_TEST(format_untimed(evil) ==
             "echo#42 127.0.0.1:53144 a\\nb\\r\\x1b[31m\\xc2\\x9bz\\xff\\t\xc3\xa9");
  for (const auto format : {LogFormat::text, LogFormat::json, LogFormat::logfmt}) {
    BOOST_TEST(format_record(evil, format).find_first_of("\n\r\x1b") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(secrets_are_masked_in_every_format) {
  for (const auto format : {LogFormat::text, LogFormat::json, LogFormat::logfmt}) {
    const std::string line = format_record(sample("http://joe:hidden@host/?token=hidden"), format);
    BOOST_TEST(line.find("hidden") == std::string::npos, line);
  }
}

BOOST_AUTO_TEST_SUITE_END()
