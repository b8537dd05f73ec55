#include "gnet/os/file_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "gnet/base/error.h"
#include "gnet/io/wait_fd.h"

namespace gnet {
namespace {

// How often a folder is looked for that has gone.
constexpr Duration kPatience = std::chrono::seconds(1);

// While somebody writes it is not yet what it will be.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                  IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

FileWatch::Stamp FileWatch::Stamp::of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim};
}

bool FileWatch::Stamp::operator==(const Stamp& other) const noexcept {
  return device == other.device && inode == other.inode && size == other.size &&
         changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
}

FileWatch::FileWatch(std::vector<std::string> paths)
    : paths_(std::move(paths)), events_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (!events_) throw_errno("cannot watch files");
  if (!watch_folders()) throw_errno("cannot watch the folder of a file");
  for (const std::string& path : paths_) stamps_.push_back(Stamp::of(path));
}

// The folder where the name is, and that where the file is: links may lead elsewhere.
bool FileWatch::watch_folders() {
  for (const std::string& path : paths_) {
    const std::string folder = folder_of(path);
    if (inotify_add_watch(events_.get(), folder.c_str(), kEvents) < 0) {
      return false;
    }
    const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                           &std::free);
    if (real == nullptr) continue;
    // One that cannot be watched is found changed when the name's folder changes.
    static_cast<void>(inotify_add_watch(events_.get(), folder_of(real.get()).c_str(), kEvents));
  }
  return true;
}

void FileWatch::read_events() {
  alignas(inotify_event) std::array<char, 2048> buffer;
  for (;;) {
    const ssize_t count = read(events_.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
  }
}

bool FileWatch::take_change() {
  bool changed = false;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const Stamp now = Stamp::of(paths_[i]);
    changed = changed || !(now == stamps_[i]);
    stamps_[i] = now;
  }
  return changed;
}

bool FileWatch::wait(Deadline deadline) {
  for (;;) {
    read_events();
    // A folder, or where a link leads, may be another one than before.
    const bool are_all_there = watch_folders();
    if (take_change()) return true;
    const Deadline next = are_all_there ? deadline : deadline.earlier(Deadline(kPatience));
    if (!wait_read(events_.get(), next) && deadline.passed()) return false;
  }
}

}  // namespace gnet
