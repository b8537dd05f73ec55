// The life of a client command, from its first attempt to the exit status.
//
//   return cli::run_client(options.to, {.work = [&] { return talk(); },
//                                       .summary = [&] { report.print(); }});
//
// It lasts until the work is done, or SIGINT, SIGTERM or --timeout ends it; then comes
// the summary, as it does meanwhile on SIGUSR1, and then the exit status. A second signal
// ends it at once, as SIGQUIT does.

#pragma once

#include <functional>

#include "cli/client/client_options.h"
#include "cli/out/exit_status.h"

namespace cli {

struct ClientWork {
  // Runs in a fiber of its own, and is killed if something else ends the command. Returns the exit
  // status, or throws why there is none.
  std::function<Exit()> work;
  // Tells what has come of it so far.
  std::function<void()> summary;
};

// Returns what the work does, or 128 + the signal. Throws what the work throws, and Failure
// (timeout).
[[nodiscard]] Exit run_client(const ClientOptions& options, const ClientWork& client);

}  // namespace cli
