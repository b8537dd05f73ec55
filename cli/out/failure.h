// Why a command ends without having done its work: one line for people, an exit
// status for scripts, and often a hint.
//
//   throw cli::Failure(cli::Exit::connect, "cannot connect to 127.0.0.1:1: connection refused");
//
// main() prints it: on stderr as a line that starts with the command's name, or
// with --json as an error object on stdout.

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "cli/out/exit_status.h"

namespace cli {

class Failure : public std::runtime_error {
 public:
  Failure(Exit code, const std::string& message, std::string hint = {}, std::string endpoint = {},
          std::error_code cause = {})
      : std::runtime_error(message),
        code_(code),
        hint_(std::move(hint)),
        endpoint_(std::move(endpoint)),
        cause_(cause) {}

  [[nodiscard]] Exit code() const noexcept { return code_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  // What the system said, if that was the reason.
  [[nodiscard]] const std::error_code& cause() const noexcept { return cause_; }

 private:
  Exit code_;
  std::string hint_;
  std::string endpoint_;
  std::error_code cause_;
};

// A Failure that is about how gnet was called, not about one command: its line
// starts with "gnet:" and its status is 2.
class UsageError : public Failure {
 public:
  explicit UsageError(const std::string& message, std::string hint = {})
      : Failure(Exit::usage, message, std::move(hint)) {}
};

// Prints a failure as the rules above say, with the number of its cause if that is wanted:
// "[system:111]". `command` may be empty. For people, control characters are escaped and very long
// words shortened; JSON has them as they are.
void report(const Failure& failure, std::string_view command, bool json, bool with_cause = false);

// Has a function called with the status of each failure that is reported, for whoever waits to hear
// of it.
void on_failure(void (*listener)(Exit status) noexcept) noexcept;

// The text of a system error as people read it: lower case, without the number.
[[nodiscard]] std::string error_text(int number);

}  // namespace cli
