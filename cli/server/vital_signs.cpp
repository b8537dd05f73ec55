#include "cli/server/vital_signs.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "gnet/base/chrono.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/fiber/wait.h"

namespace cli {
namespace {

std::size_t open_files() {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::size_t count = 0;
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] != '.' ? 1 : 0;
  closedir(folder);
  return count - 1;  // the folder itself
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

gnet::Duration used_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

std::size_t fibers_here() {
  return gnet::detail::Scheduler::current().fiber_count();
}

}  // namespace

VitalSigns measure(const std::shared_ptr<gnet::HubGroup>& hubs) {
  VitalSigns signs;
  const gnet::TimePoint asked = gnet::Clock::now();
  gnet::yield();  // whoever is ready goes first
  signs.lag = gnet::Clock::now() - asked;
  signs.fibers = fibers_here();
  signs.threads = hubs ? hubs->size() : 1;
  for (std::size_t hub = 1; hubs && hub < hubs->size(); ++hub) {
    const gnet::TimePoint sent = gnet::Clock::now();
    signs.fibers += hubs->run(hub, fibers_here);
    signs.lag = std::max<gnet::Duration>(signs.lag, gnet::Clock::now() - sent);
  }
  signs.files = open_files();
  signs.resident = resident_bytes();
  signs.cpu = used_cpu();
  return signs;
}

}  // namespace cli
