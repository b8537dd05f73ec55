// A server as a process: in the background with --daemon, with a locked pid file,
// bound to the life of its parent.
//
// With --daemon the program forks before it has threads or sockets. The parent
// waits until the child says that it is ready, or that it failed and how, and ends
// with that status: when it returns 0, the server serves.

#pragma once

#include <memory>
#include <string>

#include "cli/out/exit_status.h"
#include "cli/out/output.h"
#include "cli/server/server_options.h"
#include "gnet/base/unique_fd.h"

namespace cli {

// A file with the process id, locked as long as the process lives. What a dead
// process left behind is taken over.
class PidFile {
 public:
  // Throws Failure when another process holds the lock, and says which.
  explicit PidFile(const std::string& path);

 private:
  gnet::UniqueFd fd_;
  TemporaryFile file_;
};

class Background {
 public:
  // Forks if that is wanted: only the child returns from here.
  explicit Background(const ServerOptions& options);

 private:
  std::unique_ptr<PidFile> pid_file_;
};

// Ends the wait of the parent: with ok once everything serves (standard streams
// then lead to /dev/null), else with the status of the failure. Does nothing
// without --daemon, or the second time.
void tell_parent(Exit status) noexcept;

// Asks the kernel for a SIGTERM when the parent ends, and ends at once if it is
// gone already. A change of user loses the request: ask again after it.
void die_with_parent();

}  // namespace cli
