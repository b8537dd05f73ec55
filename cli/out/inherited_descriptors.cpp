#include "cli/out/inherited_descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <set>

namespace cli {
namespace {

struct Descriptors {
  std::set<int> all;     // that there were
  std::set<int> unused;  // those of them that nobody keeps
};

std::optional<Descriptors>& inherited() {
  static std::optional<Descriptors> descriptors;
  return descriptors;
}

// Without /proc only the first are looked at: a caller that opens more is no shell.
constexpr int kLooked = 1024;

}  // namespace

void note_inherited_descriptors() {
  Descriptors& noted = inherited().emplace();
  if (DIR* const folder = opendir("/proc/self/fd")) {
    while (const dirent* entry = readdir(folder)) {
      if (entry->d_name[0] != '.') noted.all.insert(std::atoi(entry->d_name));
    }
    noted.all.erase(dirfd(folder));
    closedir(folder);
  } else {
    for (int fd = 0; fd < kLooked; ++fd) {
      if (fcntl(fd, F_GETFD) != -1) noted.all.insert(fd);
    }
  }
  noted.unused = noted.all;
}

bool was_inherited(int fd) noexcept {
  return inherited() ? inherited()->all.contains(fd) : fcntl(fd, F_GETFD) != -1;
}

void keep_inherited_descriptor(int fd) noexcept {
  if (inherited()) inherited()->unused.erase(fd);
}

void close_inherited_descriptors() noexcept {
  if (!inherited()) return;
  for (const int fd : inherited()->unused) {
    if (fd > STDERR_FILENO) close(fd);
  }
  inherited()->unused.clear();
}

}  // namespace cli
