#include "gnet/base/log.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using gnet::Logger;
using gnet::LogLevel;

namespace {

struct Seen {
  LogLevel level;
  std::string logger;
  std::uint64_t connection;
  std::string peer;
  std::string message;
};

// Collects what is logged; the level and the sink are as before afterwards.
struct Capture {
  Capture() {
    gnet::set_log_sink([this](const gnet::LogRecord& r) {
      seen.push_back({r.level, std::string(r.logger), r.connection, std::string(r.peer),
                      std::string(r.message)});
    });
  }
  ~Capture() {
    gnet::set_log_sink({});
    gnet::set_log_level(level);
  }
  LogLevel level = gnet::log_level();
  std::vector<Seen> seen;
};

struct Throws {};

}  // namespace

template <>
struct fmt::formatter<Throws> : fmt::formatter<int> {
  template <typename Context>
  auto format(Throws, Context&) const -> decltype(std::declval<Context>().out()) {
    throw std::runtime_error("cannot be formatted");
  }
};

BOOST_FIXTURE_TEST_SUITE(logger, Capture)

BOOST_AUTO_TEST_CASE(lines_have_a_name_a_level_and_a_text) {
  const Logger log("echo");
  log.info("listening on {}:{}", "host", 80);
  BOOST_TEST_REQUIRE(seen.size() == 1U);
  BOOST_TEST((seen[0].level == LogLevel::info));
  BOOST_TEST(seen[0].logger == "echo");
  BOOST_TEST(seen[0].connection == 0U);
  BOOST_TEST(seen[0].message == "listening on host:80");
}

BOOST_AUTO_TEST_CASE(a_connection_has_its_number_and_peer_in_each_line) {
  Logger("echo").for_connection(42, "127.0.0.1:53144").warn("closed");
  BOOST_TEST_REQUIRE(seen.size() == 1U);
  BOOST_TEST(seen[0].connection == 42U);
  BOOST_TEST(seen[0].peer == "127.0.0.1:53144");
}

BOOST_AUTO_TEST_CASE(levels_below_the_one_set_are_silent) {
  const Logger log("x");
  gnet::set_log_level(LogLevel::warn);
  log.trace("1");
  log.debug("2");
  log.info("3");
  log.warn("4");
  log.error("5");
  BOOST_TEST(seen.size() == 2U);
  BOOST_TEST(!log.enabled(LogLevel::info));
  BOOST_TEST(log.enabled(LogLevel::error));
}

BOOST_AUTO_TEST_CASE(off_silences_everything) {
  const Logger log("x");
  gnet::set_log_level(LogLevel::off);
  log.error("5");
  log.log(LogLevel::off, "6");
  BOOST_TEST(seen.empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_seen_is_not_formatted) {
  gnet::set_log_level(LogLevel::info);
  Logger("x").debug("{}", Throws());
  BOOST_TEST(seen.empty());
}

BOOST_AUTO_TEST_CASE(a_line_that_cannot_be_formatted_is_lost_and_nothing_else) {
  Logger("x").info("{}", Throws());
  Logger("x").info("next");
  BOOST_TEST_REQUIRE(seen.size() == 1U);
  BOOST_TEST(seen[0].message == "next");
}

BOOST_AUTO_TEST_CASE(levels_have_names) {
  BOOST_TEST(gnet::to_string(LogLevel::trace) == "trace");
  BOOST_TEST(gnet::to_string(LogLevel::info) == "info");
  BOOST_TEST(gnet::to_string(LogLevel::off) == "off");
}

BOOST_AUTO_TEST_SUITE_END()
