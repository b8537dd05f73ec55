// A password that is not on the command line: from a file, the environment, or a terminal.
//
//   const std::string password = cli::read_password({.file = options.password_file,
//                                                    .variable = "GNET_CERT_PASSWORD",
//                                                    .prompt = "password of server.p12: "});
//
// Threads: functions without state.

#pragma once

#include <optional>
#include <string>

namespace cli {

struct PasswordSource {
  std::string file = {};      // its first line; empty: not from a file
  std::string variable = {};  // of the environment, where there is no file
  std::string prompt = {};    // at the terminal, where there is neither; empty: nobody is asked
};

// Nothing if no source has one: there is no terminal. Throws Failure (io) for a file that cannot be
// read, and (interrupted) for Ctrl-C at the terminal.
[[nodiscard]] std::optional<std::string> read_password(const PasswordSource& source);

}  // namespace cli
