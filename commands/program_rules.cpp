#include "commands/program_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string_view>

#include "cli/out/failure.h"
#include "commands/word_list.h"

namespace commands {
namespace {

struct Step {
  std::string_view name;
  int signal;
};

constexpr std::array<Step, 8> kSteps = {{{"stdin", 0},
                                         {"HUP", SIGHUP},
                                         {"INT", SIGINT},
                                         {"QUIT", SIGQUIT},
                                         {"TERM", SIGTERM},
                                         {"USR1", SIGUSR1},
                                         {"USR2", SIGUSR2},
                                         {"KILL", SIGKILL}}};

}  // namespace

std::vector<int> ending_steps(const std::string& text) {
  std::vector<int> steps;
  for (const std::string& word : words_of(text)) {
    const std::string_view name =
        word.starts_with("SIG") ? std::string_view(word).substr(3) : std::string_view(word);
    const auto* const step = std::find_if(kSteps.begin(), kSteps.end(),
                                          [&](const Step& one) { return one.name == name; });
    if (step == kSteps.end()) {
      throw cli::UsageError(fmt::format("--close has no step '{}'", word),
                            "stdin, HUP, INT, QUIT, TERM, USR1, USR2 and KILL are");
    }
    steps.push_back(step->signal);
  }
  if (steps.empty()) throw cli::UsageError("--close wants at least one step");
  return steps;
}

void check_environment(const std::vector<std::string>& given) {
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == text.npos) {
      throw cli::UsageError(fmt::format("bad --env '{}': it has to be NAME=VALUE", text));
    }
  }
}

void add_variables(gnet::Environment& environment, const std::vector<std::string>& given) {
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
}

gnet::PopenOptions process_options(const std::string& directory, const std::string& limits,
                                   const std::string& user) {
  gnet::PopenOptions process;
  process.directory = directory;
  std::error_code unreadable;
  if (!directory.empty() && !std::filesystem::is_directory(directory, unreadable)) {
    const auto error = unreadable ? unreadable.value() : ENOTDIR;
    throw cli::Failure(cli::Exit::io, fmt::format("cannot run programs in folder '{}': {}",
                                                  directory, cli::error_text(error)));
  }
  try {
    process.limits = gnet::parse_resource_limits(limits);
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(fmt::format("bad --rlimit: {}", error.what()));
  }
  if (!user.empty()) {
    try {
      process.user = gnet::find_process_user(user);
    } catch (const std::invalid_argument& error) {
      throw cli::UsageError(fmt::format("bad --exec-user: {}", error.what()));
    }
  }
  return process;
}

}  // namespace commands
