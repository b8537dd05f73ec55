// What tests of the command line share: the real commands, and a clean environment.

#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/line/settings.h"
#include "cli/out/failure.h"
#include "commands/commands.h"

namespace test {

// Makes all commands known, and hides the configuration of whoever runs the tests.
struct CommandLineFixture {
  CommandLineFixture() {
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    cli::set_commands(commands::all());
    cli::set_topics(commands::topics());
  }
};

// An environment variable for as long as the object lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

// A configuration file that goes when the test ends.
class File {
 public:
  explicit File(const std::string& text, const char* ending = ".toml")
      : path_(std::filesystem::temp_directory_path() /
              ("gnet-settings-" + std::to_string(getpid()) + ending)) {
    write(text);
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(const std::string& text) const { std::ofstream(path_) << text; }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// The text of the UsageError that a call throws; empty if it throws none.
template <typename Call>
std::string usage_error(Call call) {
  try {
    call();
  } catch (const cli::UsageError& error) {
    return error.what();
  }
  return {};
}

// The value that an option has after all of it was read.
inline std::string value_of(const cli::Words& arguments, const char* option) {
  const cli::CommandLine line = cli::parse(arguments);
  const auto options = line.command->make_options();
  cli::apply_settings(cli::resolve(line), options.get());
  return line.command->find(option)->current(options.get());
}

}  // namespace test
