#include "cli/line/completion.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>

#include "gnet/base/unique_fd.h"
#include "tests/unit/cli/command_line.h"

namespace {

// The words offered at the end of a line.
std::string offered(cli::Words words) {
  words.insert(words.begin(), "gnet");
  std::string text;
  for (const auto& candidate : cli::complete(words, words.size() - 1).candidates) {
    text += (text.empty() ? "" : " ") + candidate.word;
  }
  return text;
}

cli::Completes files(cli::Words words) {
  words.insert(words.begin(), "gnet");
  return cli::complete(words, words.size() - 1).files;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(completion, test::CommandLineFixture)

BOOST_AUTO_TEST_CASE(commands_come_first) {
  BOOST_TEST(offered({"echo-"}) == "echo-server echo-client");
  BOOST_TEST(offered({"--color", "never", "ver"}) == "version");
}

BOOST_AUTO_TEST_CASE(hidden_commands_stay_hidden) {
  BOOST_TEST(offered({"ma"}).empty());
  BOOST_TEST(offered({"__"}).empty());
}

BOOST_AUTO_TEST_CASE(options_are_those_of_the_command) {
  BOOST_TEST(offered({"echo-server", "--print"}) == "--print-port");
  BOOST_TEST(offered({"version", "--print"}).empty());
  BOOST_TEST(offered({"version", "--js"}) == "--json");
}

BOOST_AUTO_TEST_CASE(an_option_is_offered_once_unless_it_repeats) {
  BOOST_TEST(offered({"echo-server", "--daemon", "--dae"}).empty());
  BOOST_TEST(offered({"echo-server", "--bind", "::1", "--bin"}) == "--bind");
}

BOOST_AUTO_TEST_CASE(values_are_offered_apart_and_after_an_equals_sign) {
  BOOST_TEST(offered({"version", "--color", "a"}) == "auto always");
  BOOST_TEST(offered({"version", "--color=n"}) == "--color=never");
  BOOST_TEST(offered({"help", "sig"}) == "signals");
  BOOST_TEST(offered({"completion", "z"}) == "zsh");
}

BOOST_AUTO_TEST_CASE(paths_are_left_to_the_shell) {
  BOOST_CHECK(files({"echo-server", "--ready-file", ""}) == cli::Completes::file);
  BOOST_CHECK(files({"echo-server", "--chroot", ""}) == cli::Completes::directory);
  BOOST_CHECK(files({"version", ""}) == cli::Completes::nothing);
}

BOOST_AUTO_TEST_CASE(endpoints_are_schemes_and_paths) {
  BOOST_TEST(offered({"echo-server", "ud"}) == "udp:// udp4:// udp6://");
  BOOST_TEST(offered({"echo-server", "--listen=abs"}) == "--listen=abstract://");
  BOOST_TEST(offered({"echo-server", "unix:///dev/nul"}) == "unix:///dev/null");
  BOOST_TEST(offered({"echo-server", "unix:///nowhere/x"}).empty());
  BOOST_CHECK(files({"echo-server", "--tls-cert="}) == cli::Completes::file);
}

BOOST_AUTO_TEST_CASE(each_shell_gets_lines_that_it_can_read) {
  const cli::Completion two{.candidates = {{"a:b", "what: it is"}, {"c", ""}}};
  BOOST_TEST(cli::completion_lines(two, "bash") == "a:b\nc\n");
  BOOST_TEST(cli::completion_lines(two, "fish") == "a:b\twhat: it is\nc\n");
  BOOST_TEST(cli::completion_lines(two, "zsh") == "a\\:b:what\\: it is\nc\n");
  const cli::Completion path{.candidates = {}, .files = cli::Completes::file};
  BOOST_TEST(cli::completion_lines(path, "bash") == ":file\n");
}

BOOST_AUTO_TEST_CASE(services_are_those_of_the_file_on_the_line) {
  std::string path = "/tmp/gnet-completion.XXXXXX";
  const gnet::UniqueFd file(mkstemp(path.data()));
  std::ofstream(path) << "[service.web]\ntype = \"http-echo\"\n[service.worker]\ntype = \"exec\"\n";
  BOOST_TEST(offered({"run", path, "--only", "w"}) == "web worker");
  BOOST_TEST(offered({"run", path, "--except=wo"}) == "--except=worker");
  BOOST_TEST(offered({"run", path, "--set", "service.we"}) == "service.web.");
  BOOST_TEST(offered({"run", "--only", "w"}).empty());
  BOOST_TEST(offered({"run", "/nowhere.toml", "--only", "w"}).empty());
  unlink(path.c_str());
}

BOOST_AUTO_TEST_SUITE_END()
