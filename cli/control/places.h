// Where the control sockets of running processes are.
//
// A process that has a name has its socket in a folder of its user's: $XDG_RUNTIME_DIR/gnet, or
// /run/user/UID/gnet, or, for root, /run/gnet.
//
//   cli::socket_of("demo");   // "/run/user/1000/gnet/demo.sock"
//   for (const auto& one : cli::find_sockets()) …
//
// Threads: any.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Throws UsageError for what no process can be called: names have 1 to 64 letters, digits, '.',
// '_' and '-', and begin with a letter or a digit.
void check_process_name(std::string_view name);

// The socket of a process of that name, whether there is one or not; made for where it is to be.
// Throws Failure (io) when there is no folder for it.
[[nodiscard]] std::string socket_of(std::string_view name);

// Makes the folder of a socket, for its owner alone. Throws Failure (io) when it cannot be made,
// or when others may write to it: they could put another socket in the place of this one.
void make_socket_folder(const std::string& socket);

struct FoundSocket {
  std::string name;
  std::string path;
};

// The sockets in all folders that this user may read, dead ones too, in order of their names.
[[nodiscard]] std::vector<FoundSocket> find_sockets();

}  // namespace cli
