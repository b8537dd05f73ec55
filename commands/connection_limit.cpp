#include "commands/connection_limit.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "cli/out/failure.h"

namespace commands {
namespace {

constexpr rlim_t kOthers = 64;  // files that are no connections

}  // namespace

void check_connections(std::uint64_t connections) {
  if (connections == 0) throw cli::UsageError("--connections must be 1 or more");
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const rlim_t wanted = std::min<rlim_t>(connections, RLIM_INFINITY - kOthers) + kOthers;
  if (files.rlim_cur >= wanted) return;
  rlimit raised = files;
  raised.rlim_cur = std::min(wanted, files.rlim_max);
  if (raised.rlim_cur > files.rlim_cur && setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  if (connections < files.rlim_cur) return;
  throw cli::UsageError(
      fmt::format("--connections {}: this process may open only {} files; see ulimit -n",
                  connections, files.rlim_cur));
}

}  // namespace commands
