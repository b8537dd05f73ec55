#include "cli/line/live_options.h"

#include <boost/test/unit_test.hpp>

#include "cli/server/server_options.h"
#include "tests/unit/cli/command_line.h"

using namespace std::chrono_literals;

namespace {

using test::File;

cli::LiveOptions live(const cli::Words& arguments) {
  const cli::CommandLine line = cli::parse(arguments);
  const auto settings = cli::resolve(line);
  const auto options = line.command->make_options();
  cli::apply_settings(settings, options.get());
  return {line, settings, options};
}

std::string joined(const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "" : " ") + key;
  return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(live_options, test::CommandLineFixture)

BOOST_AUTO_TEST_CASE(what_is_the_same_has_not_changed) {
  const File file("[echo-server]\nidle-timeout = \"10s\"\nport = 1\n");
  const auto options = live({"echo-server", "--config", file.path()});
  file.write("[echo-server]\nport = \"1\"\nidle-timeout = \"10000ms\"\n");
  const auto update = options.read_again();
  BOOST_TEST(joined(update.changed) == "");
  BOOST_TEST(joined(update.restart) == "");
}

BOOST_AUTO_TEST_CASE(live_options_take_effect_and_others_want_a_restart) {
  const File file("[echo-server]\nport = 1\n");
  const auto options = live({"echo-server", "--config", file.path()});
  file.write(
      "log-level = \"debug\"\n[echo-server]\nport = 2\nidle-timeout = 7\nmode = \"upper\"\n");
  const auto update = options.read_again();
  BOOST_TEST(joined(update.changed) == "idle-timeout log-level");
  BOOST_TEST(joined(update.restart) == "mode port");
  BOOST_TEST((update.part(cli::ServerOptions()).idle_timeout == gnet::Duration(7s)));
  BOOST_TEST((update.global->log_level == gnet::LogLevel::debug));
}

BOOST_AUTO_TEST_CASE(what_the_file_no_longer_says_is_the_default_again) {
  const File file("[echo-server]\nmax-connections = 5\n");
  const auto options = live({"echo-server", "--config", file.path()});
  file.write("");
  const auto update = options.read_again();
  BOOST_TEST(joined(update.changed) == "max-connections");
  BOOST_TEST(update.part(cli::ServerOptions()).max_connections.number == 10'000U);
}

BOOST_AUTO_TEST_CASE(the_command_line_still_goes_before_the_file) {
  const File file("[echo-server]\nidle-timeout = 5\n");
  const auto options = live({"echo-server", "--config", file.path(), "--idle-timeout", "9s"});
  file.write("[echo-server]\nidle-timeout = 6\n");
  const auto update = options.read_again();
  BOOST_TEST(joined(update.changed) == "");
  BOOST_TEST((update.part(cli::ServerOptions()).idle_timeout == gnet::Duration(9s)));
}

BOOST_AUTO_TEST_CASE(of_allow_and_deny_only_the_one_that_changed_is_named) {
  const File file("[echo-server]\nallow = [\"10.0.0.0/8\"]\n");
  const auto options = live({"echo-server", "--config", file.path()});
  file.write("[echo-server]\nallow = [\"10.0.0.0/8\"]\ndeny = [\"0.0.0.0/0\"]\n");
  BOOST_TEST(joined(options.read_again().changed) == "deny");
}

BOOST_AUTO_TEST_CASE(a_bad_file_says_where_and_changes_nothing) {
  const File file("[echo-server]\nidle-timeout = 5\n");
  const auto options = live({"echo-server", "--config", file.path()});
  const auto problem = [&] {
    return test::usage_error([&] { static_cast<void>(options.read_again()); });
  };
  file.write("[echo-server]\nidle-timeout = \"soon\"\n");
  BOOST_TEST(problem().find("bad value 'soon' for 'idle-timeout' in " + file.path()) == 0U);
  file.write("[echo-server]\nidle_timeot = 5\n");
  BOOST_TEST(problem().find("unknown key 'idle-timeot'") != std::string::npos);
  file.write("[echo-server]\nbind = \"::1\"\npublic = true\n");
  BOOST_TEST(problem() == "--public and --bind exclude each other");
  file.write("[echo-server]\nstats-interval = \"9ms\"\n");
  BOOST_TEST(problem() == "--stats-interval must be 0, or 10ms or more");
  file.write("[echo-server]\nidle-timeout = 5\n");
  BOOST_TEST(joined(options.read_again().changed) == "");
}

BOOST_AUTO_TEST_CASE(what_was_adopted_is_what_the_next_reading_is_compared_with) {
  const File file("");
  auto options = live({"echo-server", "--config", file.path()});
  file.write("[echo-server]\nidle-timeout = 5\n");
  options.adopt(options.read_again());
  BOOST_TEST(joined(options.read_again().changed) == "");
}

BOOST_AUTO_TEST_SUITE_END()
