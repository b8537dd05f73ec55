// A stretch of code whose calls of libc block the thread, as libc has them, also in a
// program that gnet::patch has patched.
//
// For signal handlers, and for code that holds a lock of the thread's: neither may be
// suspended in the middle of a write().
//
//   const gnet::detail::Unpatched unpatched;
//   ::write(STDERR_FILENO, text, size);
//
// Threads: counts for the calling thread. Nothing inside may suspend the fiber.

#pragma once

namespace gnet::detail {

class Unpatched {
 public:
  Unpatched() noexcept { ++depth_; }
  Unpatched(const Unpatched&) = delete;
  Unpatched& operator=(const Unpatched&) = delete;
  ~Unpatched() { --depth_; }

  // Whether the calling thread is inside such a stretch.
  [[nodiscard]] static bool here() noexcept { return depth_ > 0; }

 private:
  static constinit thread_local int depth_;
};

}  // namespace gnet::detail
