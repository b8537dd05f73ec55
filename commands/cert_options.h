// The options of gnet cert.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/line/global_options.h"

namespace commands {

struct CertOptions : cli::GlobalOptions {
  cli::ClientOptions to;
  std::vector<std::string> words;  // the operation, and what it is about
  std::string key;                 // of make: its kind; else the file of a client's key

  // ---- of what is looked at ----
  std::string starttls;
  std::string host;
  std::string ca;
  bool local_ca = false;
  std::string password_file;

  // ---- of show ----
  bool pem = false;
  bool root = false;
  bool probe = false;

  // ---- of make, check and convert ----
  cli::Count days{30};
  std::string output;
  bool client = false;
  bool p12 = false;
  bool force = false;
  std::string format;

  // Behind the operation.
  [[nodiscard]] std::vector<std::string> targets() const {
    return {words.begin() + 1, words.end()};
  }
};

}  // namespace commands
