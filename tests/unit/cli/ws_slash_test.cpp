#include "commands/ws_slash.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(ws_slash)

namespace {

using commands::slash_command;
using commands::SlashCommand;

void check(std::string_view line, SlashCommand::Kind kind, std::string_view data, int code = 1000) {
  const auto command = slash_command(line);
  BOOST_REQUIRE(command.has_value());
  BOOST_TEST(command->kind == kind);
  BOOST_TEST(command->data == data);
  BOOST_TEST(command->code == code);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_without_a_slash_is_a_message) {
  BOOST_TEST(!slash_command("hello").has_value());
  BOOST_TEST(!slash_command("").has_value());
  BOOST_TEST(!slash_command(" /ping").has_value());
}

BOOST_AUTO_TEST_CASE(pings_and_pongs_may_have_a_text) {
  check("/ping", SlashCommand::ping, "");
  check("/ping two words", SlashCommand::ping, "two words");
  check("/pong here", SlashCommand::pong, "here");
}

BOOST_AUTO_TEST_CASE(a_close_may_have_a_code_and_a_reason) {
  check("/close", SlashCommand::close, "");
  check("/close 4001", SlashCommand::close, "", 4001);
  check("/close 4001 good bye", SlashCommand::close, "good bye", 4001);
  BOOST_CHECK_THROW(static_cast<void>(slash_command("/close now")), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(slash_command("/close 4001x")), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(slash_command("/close 70000")), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(slash_command("/close -1")), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(bytes_are_pairs_of_digits) {
  check("/hex 48 65 6C6c 6f", SlashCommand::binary, "Hello");
  check("/hex", SlashCommand::binary, "");
  for (const auto* line : {"/hex 4", "/hex 4g", "/hex 48 6", "/hex x"}) {
    BOOST_CHECK_THROW(static_cast<void>(slash_command(line)), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_CASE(two_slashes_are_a_text_with_one) {
  check("//etc", SlashCommand::text, "/etc");
  check("//", SlashCommand::text, "/");
}

BOOST_AUTO_TEST_CASE(other_words_ask_for_help) {
  check("/help", SlashCommand::help, "");
  check("/pings", SlashCommand::help, "");
  check("/", SlashCommand::help, "");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_told) {
  BOOST_CHECK_THROW(static_cast<void>(slash_command("/file /nowhere/x")), cli::Failure);
}

BOOST_AUTO_TEST_SUITE_END()
