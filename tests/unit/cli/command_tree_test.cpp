// Rules that hold for every option of every command.

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "cli/line/completion.h"
#include "cli/line/help.h"
#include "cli/line/topics.h"
#include "cli/line/tree.h"
#include "tests/unit/cli/command_line.h"

namespace {

template <typename Visit>
void each_flag(Visit visit) {
  for (const cli::Command* command : cli::commands()) {
    for (const cli::FlagGroup& group : command->groups) {
      for (const cli::Flag& flag : group.flags) {
        BOOST_TEST_CONTEXT(command->name << " " << flag.name()) {
          visit(*command, flag);
        }
      }
    }
  }
}

void check_width(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 100U, line);
}

// The words of an example as a shell would cut them; nothing for what is not one plain command.
cli::Words words_of(const std::string& example) {
  cli::Words words;
  std::istringstream text(example);
  for (std::string word; text >> word;) {
    if (word == "#" || word == "|" || word == "&&" || word == "&" || word.starts_with('>')) break;
    std::erase(word, '\'');
    words.push_back(word);
  }
  return words;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(command_tree, test::CommandLineFixture)

BOOST_AUTO_TEST_CASE(every_option_of_the_parser_has_its_row) {
  cli::Tree tree;
  cli::grow(tree, cli::commands());
  std::size_t options = 0;
  for (const CLI::App* app : tree.app.get_subcommands({})) {
    for (const CLI::Option* option : app->get_options()) {
      ++options;
      BOOST_TEST(tree.flags.contains(option), app->get_name() << " " << option->get_name());
    }
  }
  BOOST_TEST(options > 0U);
}

BOOST_AUTO_TEST_CASE(every_option_is_in_help_completion_and_configuration) {
  each_flag([](const cli::Command& command, const cli::Flag& flag) {
    const std::string help = cli::command_help(command, true, {});
    BOOST_TEST(help.find(cli::spelling(flag)) != std::string::npos);
    if (!flag.long_name.empty()) {
      const auto offered = cli::complete({"gnet", command.name, flag.long_name}, 2).candidates;
      BOOST_TEST(std::ranges::any_of(offered, [&](const cli::Candidate& candidate) {
        return candidate.word == flag.long_name;
      }));
    }
    BOOST_TEST(!flag.key().empty());
    BOOST_TEST(flag.key().find('_') == std::string::npos);
  });
}

BOOST_AUTO_TEST_CASE(every_option_can_be_set_to_its_default_by_text) {
  each_flag([](const cli::Command& command, const cli::Flag& flag) {
    const auto options = command.make_options();
    const std::string before = flag.current(options.get());
    if (flag.repeatable || before.empty() || before == "-1") return;
    flag.assign(options.get(), before);
    BOOST_TEST(flag.current(options.get()) == before);
  });
}

BOOST_AUTO_TEST_CASE(a_command_is_found_by_its_own_name) {
  for (const cli::KnownCommand& known : commands::all()) {
    BOOST_TEST(known.get().name == known.name);
    BOOST_TEST(cli::find_command(known.name) == &known.get());
  }
  BOOST_TEST(cli::find_command("echo") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_value_that_may_be_missing_is_shown_with_its_equals_sign) {
  each_flag([](const cli::Command&, const cli::Flag& flag) {
    if (!flag.bare.empty()) BOOST_TEST(flag.value.starts_with("[="));
  });
}

BOOST_AUTO_TEST_CASE(names_are_unique_within_a_command) {
  for (const cli::Command* command : cli::commands()) {
    std::set<std::string> names;
    for (const cli::FlagGroup& group : command->groups) {
      for (const cli::Flag& flag : group.flags) {
        BOOST_TEST(names.insert(flag.name()).second, command->name << " " << flag.name());
        if (flag.short_name.empty()) continue;
        BOOST_TEST(names.insert(flag.short_name).second, command->name << " " << flag.short_name);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_short_option_means_the_same_everywhere) {
  std::map<std::string, std::string> meaning;
  each_flag([&](const cli::Command& command, const cli::Flag& flag) {
    if (flag.short_name.empty()) return;
    // What everybody's fingers know from one other program means the same here.
    static const std::set<std::string> curls{"--include", "--write-out", "--continue", "--data"};
    if (command.name == "http" && curls.contains(flag.long_name)) return;
    if (command.name == "connect" && flag.long_name == "--idle-timeout") return;  // ncat's
    if (command.name == "bridge" && flag.long_name == "--one-way") return;        // socat's
    if (command.name == "dns" && flag.long_name == "--reverse") return;           // dig's
    if (command.name == "ping" && flag.long_name == "--count") return;            // ping's
    if (command.name == "ports" && flag.long_name == "--all") return;             // ss's
    if (command.name == "ports" && flag.long_name == "--watch") return;
    if (command.name == "load" && flag.long_name == "--duration") return;  // wrk's and oha's
    if (command.name == "load" && flag.long_name == "--requests") return;  // messages are counted
    const auto [known, fresh] = meaning.emplace(flag.short_name, flag.long_name);
    BOOST_TEST(known->second == flag.long_name);
  });
}

BOOST_AUTO_TEST_CASE(summaries_are_one_lower_case_line_without_a_full_stop) {
  each_flag([](const cli::Command&, const cli::Flag& flag) {
    BOOST_TEST(!flag.summary.empty());
    BOOST_TEST(flag.summary.back() != '.');
    BOOST_TEST(flag.summary.find('\n') == std::string::npos);
  });
}

BOOST_AUTO_TEST_CASE(help_is_at_most_a_hundred_columns_wide) {
  for (const cli::Command* command : cli::commands()) {
    check_width(cli::command_help(*command, false, {}));
    check_width(cli::command_help(*command, true, {}));
  }
  check_width(cli::overview(cli::commands(), {}));
  for (const cli::Topic& topic : cli::topics())
    check_width(cli::topic_text(topic.name, {}).value());
}

BOOST_AUTO_TEST_CASE(a_command_explains_itself_within_a_screen) {
  for (const cli::Command* command : cli::commands()) {
    const std::string help = cli::command_help(*command, false, {});
    BOOST_TEST(std::ranges::count(help, '\n') <= 45, command->name);
    if (!command->group.empty()) BOOST_TEST(command->examples.size() == 3U, command->name);
  }
}

BOOST_AUTO_TEST_CASE(every_example_parses) {
  // The file of `gnet run` is read as options are.
  const auto services = std::filesystem::temp_directory_path() /
                        ("gnet-examples-" + std::to_string(getpid()) + ".toml");
  std::ofstream(services) << "[service.echo]\ntype = \"echo-server\"\n";
  for (const cli::Command* command : cli::commands()) {
    for (const std::string& example : command->examples) {
      cli::Words words = words_of(example);
      if (words.empty() || words.front() != "gnet") continue;
      words.erase(words.begin());
      std::ranges::replace(words, "gnet.toml", services.string());
      BOOST_TEST(test::usage_error([&] {
                   const cli::CommandLine line = cli::parse(words);
                   if (line.command == nullptr) return;
                   cli::apply_settings(cli::resolve(line), line.command->make_options().get());
                 }) == "",
                 example);
    }
  }
  std::filesystem::remove(services);
}

BOOST_AUTO_TEST_SUITE_END()
