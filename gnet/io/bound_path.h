// The path that binding a unix socket has made, which goes with the socket.
//
//   BoundPath path("/run/echo.sock");  // right after bind(2)
//   path.remove();                     // before the socket is closed
//
// Nothing is removed that is not ours: neither what somebody else has put in its place, nor by a
// child of fork(), whose parent still serves. It is found again after a change of directory.
//
// Threads: one at a time.

#pragma once

#include <sys/types.h>

#include <string>

namespace gnet {

class BoundPath {
 public:
  // No path.
  BoundPath() noexcept = default;
  // The file must be there.
  explicit BoundPath(const std::string& path);
  BoundPath(BoundPath&& other) noexcept;
  BoundPath& operator=(BoundPath&& other) noexcept;
  ~BoundPath() { remove(); }

  // Does nothing the second time. Call it while the socket is open: then no other file can have
  // the same inode.
  void remove() noexcept;

  // From now on it is somebody else's.
  void let_go() noexcept { path_.clear(); }

 private:
  std::string path_;  // absolute; empty: none
  dev_t device_ = 0;
  ino_t inode_ = 0;
  pid_t process_ = 0;
};

}  // namespace gnet
