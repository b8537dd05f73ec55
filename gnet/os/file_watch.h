// Files that are watched for changes, by inotify(7).
//
//   gnet::FileWatch watch({"gnet.toml"});
//   while (watch.wait()) read_configuration();
//
// A file has changed when it is another one, or has another size or time, once somebody has closed
// it after writing, has put it in place of another, or has taken it away. So it is seen also where
// it is replaced as a whole, as editors do, or through symbolic links.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <sys/types.h>

#include <ctime>
#include <string>
#include <vector>

#include "gnet/base/unique_fd.h"
#include "gnet/fiber/deadline.h"

namespace gnet {

class FileWatch {
 public:
  // The files need not be there, but their folders do. Throws std::system_error.
  explicit FileWatch(std::vector<std::string> paths);

  // Suspends until one of them has changed since the last call, or since this was made; false at
  // the deadline. While a folder is away it looks for it every second.
  [[nodiscard]] bool wait(Deadline deadline = Deadline::never());

 private:
  // What tells one state of a file from another; nothing but 0 where there is none.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec changed = {};

    [[nodiscard]] static Stamp of(const std::string& path);
    [[nodiscard]] bool operator==(const Stamp& other) const noexcept;
  };

  bool watch_folders();
  void read_events();
  bool take_change();

  const std::vector<std::string> paths_;
  std::vector<Stamp> stamps_;
  UniqueFd events_;
};

}  // namespace gnet
