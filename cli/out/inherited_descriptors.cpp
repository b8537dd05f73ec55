#include "cli/out/inherited_descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <set>

namespace cli {
namespace {

std::optional<std::set<int>>& inherited() {
  static std::optional<std::set<int>> descriptors;
  return descriptors;
}

// Without /proc only the first are looked at: a caller that opens more is no shell.
constexpr int kLooked = 1024;

}  // namespace

void note_inherited_descriptors() {
  std::set<int>& noted = inherited().emplace();
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) {
    for (int fd = 0; fd < kLooked; ++fd) {
      if (fcntl(fd, F_GETFD) != -1) noted.insert(fd);
    }
    return;
  }
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') noted.insert(std::atoi(entry->d_name));
  }
  noted.erase(dirfd(folder));
  closedir(folder);
}

bool was_inherited(int fd) noexcept {
  return inherited() ? inherited()->contains(fd) : fcntl(fd, F_GETFD) != -1;
}

void keep_inherited_descriptor(int fd) noexcept {
  if (inherited()) inherited()->erase(fd);
}

void close_inherited_descriptors() noexcept {
  if (!inherited()) return;
  for (const int fd : *inherited()) {
    if (fd > STDERR_FILENO) close(fd);
  }
  inherited()->clear();
}

}  // namespace cli
