// Starting a program in a child process: what stands between fork and exec.
//
// The child is made as by vfork(): it borrows the memory of this process until it has
// become the program, so that neither the size of the process nor its other threads
// matter, and a failure comes back as a plain value.
//
// Threads: any.

#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/os/process_rights.h"

namespace gnet::detail {

struct ProcessStart {
  std::string program;                                  // a path, or a name to look for in PATH
  std::vector<std::string> arguments;                   // the first is its name for itself
  std::optional<std::vector<std::string>> environment;  // NAME=value; none: this process's
  std::string directory;                                // empty: this process's
  // What descriptors 0, 1 and 2 become: a descriptor from 3 on, or -1: as they are here, or -2:
  // what 1 has become. All others are closed, but for those kept.
  std::array<int, 3> standard = {-1, -1, -1};
  std::vector<int> kept;  // from 3 on, in order
  bool new_session = false;
  bool terminal = false;  // of a new session: its standard input controls it
  std::optional<pid_t> process_group;
  std::vector<ResourceLimit> limits;
  std::optional<ProcessUser> user;
};

// Where a program is looked for whose environment has no PATH.
inline constexpr std::string_view kDefaultPath = "/usr/local/bin:/bin:/usr/bin";

// The files that are tried for a program, one after the other: itself where its name has a slash,
// and otherwise that name in each folder of `path`. Relative ones are so to its directory.
std::vector<std::string> program_candidates(const std::string& program, std::string_view path);

// Its number. Throws SystemError when the program cannot be run: "cannot run 'name': no
// such file or directory"; and when there is a NUL byte in a string, which would cut it.
pid_t start_process(const ProcessStart& start);

}  // namespace gnet::detail
