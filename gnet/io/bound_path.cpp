#include "gnet/io/bound_path.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace gnet {

BoundPath::BoundPath(const std::string& path) {
  struct stat made {};
  if (lstat(path.c_str(), &made) != 0) return;
  std::error_code no_directory;
  path_ = std::filesystem::absolute(path, no_directory);
  if (no_directory) path_ = path;
  device_ = made.st_dev;
  inode_ = made.st_ino;
  process_ = getpid();
}

BoundPath::BoundPath(BoundPath&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_),
      process_(other.process_) {}

BoundPath& BoundPath::operator=(BoundPath&& other) noexcept {
  if (this == &other) return *this;
  remove();
  path_ = std::exchange(other.path_, {});
  device_ = other.device_;
  inode_ = other.inode_;
  process_ = other.process_;
  return *this;
}

void BoundPath::remove() noexcept {
  if (path_.empty()) return;
  const std::string path = std::exchange(path_, {});
  struct stat there {};
  if (process_ == getpid() && lstat(path.c_str(), &there) == 0 && there.st_dev == device_ &&
      there.st_ino == inode_) {
    unlink(path.c_str());
  }
}

}  // namespace gnet
