#include "cli/line/settings.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/unit/cli/command_line.h"

namespace {

using test::Environment;
using test::File;
using test::usage_error;
using test::value_of;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(settings, test::CommandLineFixture)

BOOST_AUTO_TEST_CASE(flag_goes_before_environment_before_file_before_default) {
  BOOST_TEST(value_of({"echo-server"}, "--port") == "6011");
  const File file("port = 1\n[echo-server]\nport = 2\n");
  const cli::Words with_file{"echo-server", "--config", file.path()};
  BOOST_TEST(value_of(with_file, "--port") == "2");
  const Environment general("GNET_PORT", "3");
  BOOST_TEST(value_of(with_file, "--port") == "3");
  const Environment particular("GNET_ECHO_SERVER_PORT", "4");
  BOOST_TEST(value_of(with_file, "--port") == "4");
  BOOST_TEST(value_of({"echo-server", "--config", file.path(), "-p", "5"}, "--port") == "5");
}

BOOST_AUTO_TEST_CASE(an_empty_word_is_no_value_where_it_would_mean_that_there_is_none) {
  BOOST_TEST(usage_error([] {
               value_of({"echo-server", "--tls-cert", ""}, "--tls-cert");
             }).find("must not be empty") != std::string::npos);
  const File file("[echo-server]\ntls-cert = \"\"\n");
  BOOST_TEST(usage_error([&] {
               value_of({"echo-server", "--config", file.path()}, "--tls-cert");
             }).find("must not be empty") != std::string::npos);
  const Environment environment("GNET_TLS_CERT", "");  // the same as none
  BOOST_TEST(value_of({"echo-server"}, "--tls-cert").empty());
}

BOOST_AUTO_TEST_CASE(a_list_comes_from_one_place_only) {
  const Environment environment("GNET_BIND", "127.0.0.2 127.0.0.3");
  BOOST_TEST(value_of({"echo-server"}, "--bind") == "127.0.0.2 127.0.0.3");
  BOOST_TEST(value_of({"echo-server", "--bind", "::1"}, "--bind") == "::1");
}

BOOST_AUTO_TEST_CASE(an_empty_file_says_nothing_and_a_folder_is_no_file) {
  const File file("");
  BOOST_TEST(value_of({"echo-server", "--config", file.path()}, "--port") == "6011");
  BOOST_TEST(usage_error([] {
               value_of({"echo-server", "--config", "/tmp"}, "--port");
             }) == "cannot read /tmp: is a directory");
}

BOOST_AUTO_TEST_CASE(files_have_switches_lists_and_underscores) {
  const File file("[echo-server]\nreuse_port = true\nbind = [\"127.0.0.2\", \"::1\"]\n");
  const cli::Words line{"echo-server", "--config", file.path()};
  BOOST_TEST(value_of(line, "--reuse-port") == "on");
  BOOST_TEST(value_of(line, "--bind") == "127.0.0.2 ::1");
}

BOOST_AUTO_TEST_CASE(files_may_be_json) {
  const File file(R"({"log-level": "debug", "echo-server": {"port": [1, 2], "udp": true}})",
                  ".json");
  const cli::Words line{"echo-server", "--config", file.path()};
  BOOST_TEST(value_of(line, "--port") == "1,2");
  BOOST_TEST(value_of(line, "--udp") == "on");
  BOOST_TEST(value_of(line, "--log-level") == "debug");
}

BOOST_AUTO_TEST_CASE(general_keys_of_other_commands_are_no_error) {
  const File file("port = 1\n");
  BOOST_TEST(value_of({"version", "--config", file.path()}, "--color") == "auto");
}

BOOST_AUTO_TEST_CASE(misspelt_keys_are_errors) {
  const File file("[echo-server]\nprot = 1\n");
  BOOST_TEST(usage_error([&] {
               value_of({"echo-server", "--config", file.path()}, "--port");
             }) == file.path() + ":2: unknown key 'prot' for 'echo-server'; did you mean 'port'?");
  const File other("port = 1\n\n[ech-server]\nport = 1\n", ".other.toml");
  BOOST_TEST(usage_error([&] {
               value_of({"echo-server", "--config", other.path()}, "--port");
             }) == other.path() + ":3: unknown command 'ech-server'");
}

BOOST_AUTO_TEST_CASE(broken_files_are_named_with_the_line) {
  const File toml("a = 1\nb = [\n");
  const auto read = [](const File& file) {
    return usage_error([&] { value_of({"version", "--config", file.path()}, "--color"); });
  };
  BOOST_TEST(read(toml).starts_with(toml.path() + ":"));
  const File json("{\n\"a\": }", ".json");
  BOOST_TEST(read(json).starts_with(json.path() + ":2:6: "));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_asked_for_must_exist) {
  BOOST_TEST(usage_error([] {
               value_of({"version", "--config", "/nonexistent/x"}, "--color");
             }) == "cannot read /nonexistent/x: no such file or directory");
}

BOOST_AUTO_TEST_CASE(bad_values_say_where_they_stand) {
  BOOST_TEST(usage_error([] {
               value_of({"echo-server", "--for", "soon"}, "--for");
             }) == "bad value 'soon' for --for: must be a duration like 250ms, 10s or 5m");
  const Environment environment("GNET_FOR", "soon");
  BOOST_TEST(usage_error([] {
               value_of({"echo-server"}, "--for");
             }).starts_with("bad value 'soon' in GNET_FOR: "));
  BOOST_TEST(usage_error([] {
               value_of({"echo-server", "--for=1", "tcp://:99999"}, "--for");
             }) == "bad endpoint 'tcp://:99999': port must be 0-65535");
}

BOOST_AUTO_TEST_CASE(bad_values_in_a_file_have_its_line) {
  const File file("[echo-server]\nport = 1\nfor = [1, \"soon\"]\n");
  BOOST_TEST(usage_error([&] {
               value_of({"echo-server", "--config", file.path()}, "--for");
             }).starts_with("bad value 'soon' for 'for' in " + file.path() + ":3: "));
}

BOOST_AUTO_TEST_CASE(a_file_without_end_is_refused) {
  BOOST_TEST(usage_error([] {
               value_of({"version", "--config", "/dev/zero"}, "--color");
             }) == "cannot read /dev/zero: it is larger than 16 MiB");
}

BOOST_AUTO_TEST_CASE(variables_that_set_nothing_are_told) {
  const auto told = [](const std::string& sentence) {
    return std::ranges::count(cli::strange_variables(), sentence) == 1;
  };
  const Environment misspelt("GNET_DRAIN_TIMEOT", "1");
  BOOST_TEST(
      told("the environment variable GNET_DRAIN_TIMEOT sets nothing; did you mean "
           "GNET_DRAIN_TIMEOUT?"));
  const Environment own("GNET_FROM_ELSEWHERE", "1");
  BOOST_TEST(told("the environment variable GNET_FROM_ELSEWHERE sets nothing"));
  const std::size_t strange = cli::strange_variables().size();
  const Environment port("GNET_ECHO_SERVER_PORT", "1");
  const Environment pager("GNET_PAGER", "cat");
  BOOST_TEST(cli::strange_variables().size() == strange);
}

BOOST_AUTO_TEST_CASE(explain_tells_value_and_origin) {
  const Environment environment("GNET_PORT", "3");
  const cli::CommandLine line = cli::parse({"echo-server", "--udp"});
  const auto resolved = cli::resolve(line);
  const auto options = line.command->make_options();
  cli::apply_settings(resolved, options.get());
  const std::string text = cli::explain(*line.command, resolved, options.get(), true);
  BOOST_TEST(text.find(R"("port":{"value":"3","origin":"GNET_PORT"})") != std::string::npos);
  BOOST_TEST(text.find(R"("udp":{"value":"on","origin":"command line"})") != std::string::npos);
  BOOST_TEST(text.find(R"("drain-timeout":{"value":"10s","origin":"default"})") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_optional_value_that_stands_alone_gets_a_hint) {
  const auto hint = [](const cli::Words& arguments) -> std::string {
    try {
      value_of(arguments, "--reconnect");
    } catch (const cli::UsageError& error) {
      return error.hint();
    }
    return "no error";
  };
  BOOST_TEST(hint({"echo-client", "-r", "5s"}) == "write --reconnect=5s");
  BOOST_TEST(hint({"echo-client", "--reconnect", "5s", "-n", "1"}) == "write --reconnect=5s");
  BOOST_TEST(hint({"echo-client", "-r=1s", "5s:"}) == "");
  BOOST_TEST(hint({"echo-client", "5s"}) == "");
  BOOST_TEST(hint({"echo-client", "-r", ":5"}) == "no error");
}

BOOST_AUTO_TEST_SUITE_END()
