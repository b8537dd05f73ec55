// The one owner of a file descriptor: closes it at the end of its life.
//
//   gnet::UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
//   if (!fd) gnet::throw_errno("cannot open " + path);
//   ::read(fd.get(), buffer, size);
//
// Threads: as an int; the caller sees to it that one thread at a time uses it.

#pragma once

#include <unistd.h>

#include <utility>

namespace gnet {

class UniqueFd {
 public:
  UniqueFd() noexcept = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  // The descriptor, or -1. Still owned.
  [[nodiscard]] int get() const noexcept { return fd_; }

  // True if there is a descriptor.
  explicit operator bool() const noexcept { return fd_ >= 0; }

  // Gives up ownership: the caller closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  // Closes what is owned and owns fd instead. errno is as before.
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

}  // namespace gnet
