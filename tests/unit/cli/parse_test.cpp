#include "cli/line/parse.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/cli/command_line.h"

namespace {

// What parse() says against these arguments.
std::string refusal(const cli::Words& arguments) {
  return test::usage_error([&] { static_cast<void>(cli::parse(arguments)); });
}

cli::Words words_of(const cli::Words& arguments, const char* option) {
  return cli::parse(arguments).words(option);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(parse, test::CommandLineFixture)

BOOST_AUTO_TEST_CASE(options_stand_before_and_after_words_and_commands) {
  const cli::Words expected{"always"};
  BOOST_CHECK(words_of({"--color", "always", "help", "exit"}, "--color") == expected);
  BOOST_CHECK(words_of({"help", "--color=always", "exit"}, "--color") == expected);
  BOOST_CHECK(words_of({"help", "exit", "--color", "always"}, "--color") == expected);
  BOOST_CHECK(words_of({"help", "exit", "--color", "always"}, "SUBJECT") == cli::Words{"exit"});
}

BOOST_AUTO_TEST_CASE(a_command_name_may_be_an_argument) {
  const cli::CommandLine line = cli::parse({"help", "version"});
  BOOST_TEST(line.command->name == "help");
  BOOST_CHECK(line.words("SUBJECT") == cli::Words{"version"});
}

BOOST_AUTO_TEST_CASE(words_behind_dashes_are_of_the_program_that_is_run) {
  const cli::CommandLine line = cli::parse({"exec-server", "-p", "0", ":1", "--", "gnet", "ws",
                                            "-p", "--port=", "--", "-r5", "--nosuch"});
  BOOST_CHECK(line.words("--command") ==
              (cli::Words{"gnet", "ws", "-p", "--port=", "--", "-r5", "--nosuch"}));
  BOOST_CHECK(line.words("--port") == cli::Words{"0"});
  BOOST_CHECK(line.words("--listen") == cli::Words{":1"});
  BOOST_CHECK(cli::parse({"exec-server", "--"}).words("--command").empty());
  // Elsewhere they are words like others.
  BOOST_CHECK(words_of({"help", "--", "exit"}, "SUBJECT") == cli::Words{"exit"});
}

BOOST_AUTO_TEST_CASE(short_switches_bundle) {
  BOOST_TEST(words_of({"version", "-vvj"}, "--verbose").size() == 2U);
  BOOST_TEST(words_of({"version", "-vvj"}, "--json").size() == 1U);
}

BOOST_AUTO_TEST_CASE(short_options_take_their_value_glued_or_apart) {
  BOOST_CHECK(words_of({"echo-server", "-p0"}, "--port") == cli::Words{"0"});
  BOOST_CHECK(words_of({"echo-server", "-p", "0"}, "--port") == cli::Words{"0"});
  BOOST_CHECK(words_of({"echo-server", "--port=0"}, "--port") == cli::Words{"0"});
  BOOST_CHECK(words_of({"echo-server", "-1p0"}, "--port") == cli::Words{"0"});
}

BOOST_AUTO_TEST_CASE(optional_values_need_an_equals_sign) {
  const cli::CommandLine line = cli::parse({"echo-client", "--reconnect", ":6011"});
  BOOST_CHECK(line.words("--reconnect") == cli::Words{"1s"});
  BOOST_CHECK(line.words("--to") == cli::Words{":6011"});
  BOOST_CHECK(words_of({"echo-client", "--reconnect=5s"}, "--reconnect") == cli::Words{"5s"});
}

BOOST_AUTO_TEST_CASE(optional_values_may_be_glued_to_short_options) {
  BOOST_CHECK(words_of({"echo-client", "-r100ms", ":1"}, "--reconnect") == cli::Words{"100ms"});
  BOOST_CHECK(words_of({"echo-client", "-r=100ms", ":1"}, "--reconnect") == cli::Words{"100ms"});
  BOOST_CHECK(words_of({"echo-client", "-rq", ":1"}, "--reconnect") == cli::Words{"1s"});
  BOOST_CHECK(words_of({"echo-client", "--message", "-r5"}, "--reconnect").empty());
}

BOOST_AUTO_TEST_CASE(a_value_that_stands_apart_is_not_taken_for_an_optional_one) {
  for (const char* option : {"-r", "--reconnect"}) {
    try {
      static_cast<void>(cli::parse({"echo-client", option, "5s", ":1"}));
      BOOST_ERROR("it was accepted");
    } catch (const cli::UsageError& error) {
      BOOST_TEST(error.what() == "unexpected argument ':1' for 'echo-client'");
      BOOST_TEST(error.hint() == "write --reconnect=5s");
    }
  }
}

BOOST_AUTO_TEST_CASE(order_is_kept_across_options) {
  const cli::CommandLine line =
      cli::parse({"echo-server", "--deny", "10.0.0.1", "--allow", "10.0.0.0/8", "--deny", "::/0"});
  std::string order;
  for (const auto& occurrence : line.occurrences) order += occurrence.flag->long_name;
  BOOST_TEST(order == "--deny--allow--deny");
}

BOOST_AUTO_TEST_CASE(after_two_dashes_everything_is_an_argument) {
  BOOST_CHECK(words_of({"help", "--", "-x"}, "SUBJECT") == cli::Words{"-x"});
}

BOOST_AUTO_TEST_CASE(unknown_options_are_named_with_the_nearest_known) {
  BOOST_TEST(refusal({"echo-server", "--prot", "80"}) ==
             "unknown option '--prot' for 'echo-server'; did you mean '--port'?");
  BOOST_TEST(refusal({"version", "--nosuch=1"}) == "unknown option '--nosuch' for 'version'");
}

BOOST_AUTO_TEST_CASE(options_of_a_command_stand_after_it) {
  BOOST_TEST(refusal({"--port", "0", "echo-server"}) ==
             "'--port' has to stand after 'echo-server'");
  BOOST_TEST(refusal({"--port=0", "echo-server"}) == "'--port' has to stand after 'echo-server'");
  BOOST_TEST(refusal({"-p0", "echo-server"}) == "'-p' has to stand after 'echo-server'");
}

BOOST_AUTO_TEST_CASE(unknown_commands_are_named_with_the_nearest_known) {
  BOOST_TEST(refusal({"versoin"}) == "unknown command 'versoin'; did you mean 'version'?");
  BOOST_TEST(refusal({"echo", "-p", "1"}) == "unknown command 'echo'; did you mean 'echo-server'?");
  BOOST_TEST(refusal({"frobnicate"}) == "unknown command 'frobnicate'");
}

BOOST_AUTO_TEST_CASE(commands_are_not_abbreviated) {
  BOOST_TEST(!refusal({"vers"}).empty());
}

BOOST_AUTO_TEST_CASE(missing_values_and_surplus_words_are_errors) {
  BOOST_TEST(refusal({"echo-server", "--port"}) == "option '--port' needs a value");
  BOOST_TEST(refusal({"echo-server", "--port=", "80"}) == "option '--port' needs a value");
  BOOST_TEST(refusal({"version", "1"}) == "unexpected argument '1' for 'version'");
}

BOOST_AUTO_TEST_CASE(help_is_seen_in_a_line_that_makes_no_sense) {
  BOOST_TEST(cli::asks_for_help({"echo-server", "--prot", "-h"}));
  BOOST_TEST(!cli::asks_for_help({"help", "--", "-h"}));
}

BOOST_AUTO_TEST_SUITE_END()
