// Which processes have a socket: those that have a descriptor of it.
//
//   const gnet::SocketOwners owners;
//   for (const gnet::SocketOwner& owner : owners.of(row.inode)) {
//     fmt::print("{} ({})\n", owner.command, owner.pid);
//   }
//   if (owners.hidden() > 0) …          // processes of others: there may be more
//
// A process sees the descriptors of its own user's processes, and root's those of all.
//
// Threads: any; const members may be called from several at once. Nothing suspends: it takes as
// long as reading /proc does.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace gnet {

struct SocketOwner {
  pid_t pid = 0;
  uid_t user = 0;
  std::string command;    // its short name, as the kernel has it: "nginx"
  std::string arguments;  // its command line, with blanks between; may be empty
};

class SocketOwners {
 public:
  // Looks at all processes there are now. Another folder than /proc is for tests.
  explicit SocketOwners(std::string proc = "/proc");

  // Those that have it, in order of their numbers; none for one that only processes of others have.
  [[nodiscard]] std::vector<SocketOwner> of(std::uint64_t inode) const;

  // How many processes there are whose descriptors cannot be looked at.
  [[nodiscard]] std::size_t hidden() const noexcept { return hidden_; }

 private:
  [[nodiscard]] SocketOwner describe(pid_t pid) const;

  std::string proc_;
  std::unordered_map<std::uint64_t, std::vector<pid_t>> processes_;
  std::size_t hidden_ = 0;
};

}  // namespace gnet
