// The system calls of the hot path, without libc's wrappers.
//
// recv(), send() and epoll_wait() are cancellation points of POSIX threads: in a
// process with a second thread, libc brackets each with two locked operations, which
// nobody here needs (measured: 140 instructions an echo). These do what the wrappers
// do, errno included, and nothing else. Sanitizers have to see the wrappers.
//
// Threads: any.

#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "gnet/base/sanitizer.h"

#if defined(GNET_ASAN) || defined(GNET_TSAN) || !defined(__x86_64__) || defined(__ILP32__)
#define GNET_LIBC_CALLS 1
#endif

namespace gnet::detail {

#if defined(GNET_LIBC_CALLS)

inline ssize_t receive_bytes(int fd, void* buffer, std::size_t size, int flags = 0) noexcept {
  return recv(fd, buffer, size, flags);
}
inline ssize_t send_bytes(int fd, const void* data, std::size_t size) noexcept {
  return send(fd, data, size, MSG_NOSIGNAL);
}
inline int wait_epoll(int epoll, epoll_event* events, int capacity, int milliseconds) noexcept {
  return epoll_wait(epoll, events, capacity, milliseconds);
}

#else

// The x86-64 convention: number and result in rax, arguments in rdi, rsi, rdx, r10, r8
// and r9; rcx and r11 are lost. A result of -4095 to -1 is an error.
inline long system_call_result(long result) noexcept {
  if (result >= 0) [[likely]]
    return result;
  errno = static_cast<int>(-result);
  return -1;
}

// recvfrom() and sendto() without an address.
inline ssize_t transfer(long number, int fd, const void* data, std::size_t size,
                        int flags) noexcept {
  register long r10 asm("r10") = flags;
  register long r8 asm("r8") = 0;
  register long r9 asm("r9") = 0;
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(fd), "S"(data), "d"(size), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return system_call_result(result);
}

inline ssize_t receive_bytes(int fd, void* buffer, std::size_t size, int flags = 0) noexcept {
  return transfer(SYS_recvfrom, fd, buffer, size, flags);
}
inline ssize_t send_bytes(int fd, const void* data, std::size_t size) noexcept {
  return transfer(SYS_sendto, fd, data, size, MSG_NOSIGNAL);
}

inline int wait_epoll(int epoll, epoll_event* events, int capacity, int milliseconds) noexcept {
  register long r10 asm("r10") = milliseconds;
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(SYS_epoll_wait), "D"(epoll), "S"(events), "d"(capacity), "r"(r10)
               : "rcx", "r11", "memory");
  return static_cast<int>(system_call_result(result));
}

#endif

}  // namespace gnet::detail
