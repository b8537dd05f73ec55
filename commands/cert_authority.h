// The authority of a user, which signs what gnet cert make makes.
//
//   const gnet::Identity ca = open_authority(default_authority_folder());
//
// It is two files of a folder: ca.pem, for those who are to believe it, and ca-key.pem, for its
// owner alone. Nothing on this machine believes it of itself.
//
// Threads: functions without state; several processes may ask for the same one.

#pragma once

#include <string>

#include "gnet/io/certificate.h"

namespace commands {

// $XDG_DATA_HOME/gnet/ca, or that of ~/.local/share. Throws cli::Failure without either.
[[nodiscard]] std::string default_authority_folder();

// The file of the folder that has its certificate.
[[nodiscard]] std::string authority_file(const std::string& folder);

struct Authority {
  gnet::Identity identity;
  bool is_new = false;
};

// Reads it; makes it where there is none. Throws cli::Failure.
[[nodiscard]] Authority open_authority(const std::string& folder);

}  // namespace commands
