#include "cli/line/env_file.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(env_file)

using cli::parse_env_file;

namespace {

std::string problem(const std::string& text) {
  try {
    static_cast<void>(parse_env_file(text, "vars"));
    return {};
  } catch (const cli::UsageError& error) {
    return error.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(lines_are_names_and_values) {
  const auto variables = parse_env_file(
      "\xef\xbb\xbf# one\n\nA=1\r\n  B = two words \nexport\tC=\"  quoted # = "
      "\"\nD='x\"'\nE=\nA=last\nF=a=b",
      "vars");
  BOOST_TEST(variables.size() == 6U);
  BOOST_TEST(variables.at("A") == "last");
  BOOST_TEST(variables.at("B") == "two words");
  BOOST_TEST(variables.at("C") == "  quoted # = ");
  BOOST_TEST(variables.at("D") == "x\"");
  BOOST_TEST(variables.at("E").empty());
  BOOST_TEST(variables.at("F") == "a=b");
}

BOOST_AUTO_TEST_CASE(what_is_none_is_told_with_its_line) {
  BOOST_TEST(problem("A=1\nB\n") == "vars:2: must be NAME=VALUE");
  BOOST_TEST(problem("=1") == "vars:1: must be NAME=VALUE");
  BOOST_TEST(problem("1A=1") == "vars:1: must be NAME=VALUE");
  BOOST_TEST(problem("A B=1") == "vars:1: must be NAME=VALUE");
  BOOST_TEST(problem(std::string("A=\0", 3)) == "vars:1: A has a byte 0");
  BOOST_CHECK_THROW(static_cast<void>(cli::read_env_file("/nowhere/vars")), cli::UsageError);
}

BOOST_AUTO_TEST_CASE(the_environment_goes_before_the_file) {
  setenv("GNET_TEST_ENV_FILE", "here", 1);
  const cli::Variables variables{{"GNET_TEST_ENV_FILE", "there"}, {"GNET_TEST_OTHER", "file"}};
  BOOST_TEST(cli::variable(variables, "GNET_TEST_ENV_FILE").value() == "here");
  BOOST_TEST(cli::variable(variables, "GNET_TEST_OTHER").value() == "file");
  BOOST_TEST(!cli::variable(variables, "GNET_TEST_NONE").has_value());
  unsetenv("GNET_TEST_ENV_FILE");
}

BOOST_AUTO_TEST_SUITE_END()
