#include "cli/line/part.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "cli/client/client_options.h"
#include "cli/client/reconnect_options.h"
#include "cli/line/completion.h"
#include "cli/line/help.h"
#include "cli/line/live_options.h"
#include "cli/line/man_page.h"
#include "cli/server/server_options.h"
#include "tests/unit/cli/command_line.h"

using namespace std::chrono_literals;

namespace {

// A command with a server side and two client sides.
struct Options : cli::GlobalOptions {
  cli::ServerOptions listen;
  cli::ClientOptions to;
  cli::ClientOptions via;
  cli::ReconnectOptions retry;
};

const cli::Command& relay() {
  static const cli::Command command = cli::command<Options>({
      .name = "relay",
      .group = "Servers",
      .summary = "hand on what comes",
      .shared = {cli::server(&Options::listen), cli::client(&Options::to, "to-"),
                 cli::client(&Options::via, "via-"), cli::reconnect(&Options::retry, "to-")},
  });
  return command;
}

struct Fixture : test::CommandLineFixture {
  Fixture() {
    cli::KnownCommands all = commands::all();
    all.push_back({"relay", &relay});
    cli::set_commands(all);
  }
  ~Fixture() { cli::set_commands(commands::all()); }
};

// The options after all of it was read.
std::shared_ptr<const Options> read(const cli::Words& arguments) {
  const auto options = relay().make_options();
  cli::apply_settings(cli::resolve(cli::parse(arguments)), options.get());
  return std::static_pointer_cast<const Options>(options);
}

// What is wrong with them.
std::string problem(const cli::Words& arguments) {
  return test::usage_error([&] {
    const auto options = read(arguments);
    for (const cli::Part& part : relay().parts) part.check(options.get());
  });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(part, Fixture)

BOOST_AUTO_TEST_CASE(a_part_knows_which_of_its_options_were_typed) {
  const auto options = read({"relay", "--to-tls-min", "1.3", "-1"});
  BOOST_TEST(options->to.is_typed("--tls-min"));
  BOOST_TEST(!options->via.is_typed("--tls-min"));
  BOOST_TEST(options->listen.typed == std::vector<std::string>{"--once"});
}

BOOST_AUTO_TEST_CASE(what_a_variable_says_was_not_typed) {
  setenv("GNET_TO_TLS_MIN", "1.3", 1);
  const auto options = read({"relay"});
  unsetenv("GNET_TO_TLS_MIN");
  BOOST_TEST((options->to.tls_min == gnet::TLSVersion::tls1_3));
  BOOST_TEST(!options->to.is_typed("--tls-min"));
}

BOOST_AUTO_TEST_CASE(options_of_parts_do_not_collide) {
  std::set<std::string> names;
  for (const cli::FlagGroup& group : relay().groups) {
    for (const cli::Flag& flag : group.flags) {
      BOOST_TEST(names.insert(flag.name()).second, flag.name());
      if (!flag.short_name.empty()) BOOST_TEST(names.insert(flag.short_name).second, flag.name());
    }
  }
  for (const char* name : {"--ipv4", "--tls", "--to-tls", "--via-tls", "--to-reconnect", "-4"}) {
    BOOST_TEST(names.contains(name), name);
  }
}

BOOST_AUTO_TEST_CASE(each_option_sets_its_own_part) {
  const auto options = read({"relay", "-4", "--port", "7", "--to-timeout", "3s", "--via-timeout=4s",
                             "--to-ipv6", "--via-pin", "a", "--to-reconnect", ":9"});
  BOOST_TEST(options->listen.only_v4);
  BOOST_TEST(!options->to.only_v4);
  BOOST_TEST(options->to.only_v6);
  BOOST_TEST(options->listen.ports.ranges.front().low == 7U);
  BOOST_TEST(options->listen.endpoints.size() == 1U);
  BOOST_TEST((options->to.timeout == 3s));
  BOOST_TEST((options->via.timeout == 4s));
  BOOST_TEST(options->via.pin.size() == 1U);
  BOOST_TEST(options->to.pin.empty());
  BOOST_TEST(options->retry.reconnects());
}

BOOST_AUTO_TEST_CASE(configuration_and_environment_know_the_prefix) {
  const test::File file("to-timeout = 1\n[relay]\nvia-timeout = 2\nvia-sni = 'b'\n");
  const test::Environment general("GNET_TO_SNI", "a");
  const test::Environment own("GNET_RELAY_VIA_SNI", "c");
  const auto options = read({"relay", "--config", file.path()});
  BOOST_TEST((options->to.timeout == 1s));
  BOOST_TEST((options->via.timeout == 2s));
  BOOST_TEST(options->to.sni == "a");
  BOOST_TEST(options->via.sni == "c");
}

BOOST_AUTO_TEST_CASE(completion_offers_names_and_values_of_each_part) {
  std::set<std::string> words;
  for (const auto& candidate : cli::complete({"gnet", "relay", "--"}, 2).candidates) {
    words.insert(candidate.word);
  }
  for (const char* name : {"--port", "--to-source", "--via-source", "--to-max-retries"}) {
    BOOST_TEST(words.contains(name), name);
  }
  BOOST_TEST(!words.contains("--source"));
  const auto versions = cli::complete({"gnet", "relay", "--via-tls-min", ""}, 3).candidates;
  BOOST_TEST(versions.size() == 2U);
}

BOOST_AUTO_TEST_CASE(help_and_man_page_show_each_part) {
  const std::string help = cli::command_help(relay(), true, {});
  const std::string page = cli::man_options(relay());
  for (const char* text :
       {"Client options with --to-", "Client options with --via-", "--to-timeout", "--via-pin"}) {
    BOOST_TEST(help.find(text) != std::string::npos, text);
    BOOST_TEST(page.find(text) != std::string::npos, text);
  }
  // Options that descriptions mention have the names that they have here.
  BOOST_TEST(help.find("another --via-pin") != std::string::npos);
  BOOST_TEST(page.find("Also with *--to-insecure*") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_part_checks_its_own_options) {
  BOOST_TEST(problem({"relay", "-4", "--to-ipv6"}) == "");
  BOOST_TEST(problem({"relay", "-4", "-6"}) == "-4 and -6 exclude each other");
  BOOST_TEST(problem({"relay", "--to-ipv4", "--to-ipv6"}) ==
             "--to-ipv4 and --to-ipv6 exclude each other");
  BOOST_TEST(problem({"relay", "--via-key", "k", "--to-cert", "c"}) ==
             "--via-key needs --via-cert");
  BOOST_TEST(problem({"relay", "--to-max-retries", "3"}) ==
             "--to-max-retries needs --to-reconnect");
}

BOOST_AUTO_TEST_CASE(an_update_has_each_part) {
  const test::File file("idle-timeout = 1\n[relay]\nto-timeout = 2\nvia-timeout = 3\n");
  const cli::CommandLine line = cli::parse({"relay", "--config", file.path()});
  const auto options = read({"relay"});
  const cli::LiveOptions live(line, {}, options);
  const auto update = live.read_again();
  BOOST_TEST((update.part(options->listen).idle_timeout == 1s));
  BOOST_TEST((update.part(options->to).timeout == 2s));
  BOOST_TEST((update.part(options->via).timeout == 3s));
}

BOOST_AUTO_TEST_CASE(a_command_may_have_another_line_for_an_option_of_a_part) {
  const auto part = cli::worded(cli::client(&Options::to), "--timeout", "of each probe");
  const auto summary = [&part](std::string_view name) {
    for (const cli::FlagGroup& group : part.groups) {
      for (const cli::Flag& flag : group.flags) {
        if (flag.long_name == name) return flag.summary;
      }
    }
    return std::string();
  };
  BOOST_TEST(summary("--timeout") == "of each probe");
  BOOST_TEST(summary("--ipv4") == "IPv4 only");
}

BOOST_AUTO_TEST_SUITE_END()
