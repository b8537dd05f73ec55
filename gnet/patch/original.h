// libc's own functions, behind those of the same names that this library defines.
//
// Threads: any.

#pragma once

#include <netdb.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// What programs call that were compiled with _FORTIFY_SOURCE.
extern "C" {
ssize_t __read_chk(int fd, void* buffer, size_t size, size_t room);
ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void* buffer, size_t size, size_t room, int flags, sockaddr* address,
                       socklen_t* address_size);
int __poll_chk(pollfd* descriptors, nfds_t count, int timeout, size_t room);
int __ppoll_chk(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask,
                size_t room);
}

// Every function that is patched.
#define GNET_PATCHED_FUNCTIONS(function)                                                        \
  function(__poll_chk) function(__ppoll_chk) function(__read_chk) function(__recv_chk)          \
      function(__recvfrom_chk) function(accept) function(accept4) function(clock_nanosleep)     \
          function(close) function(connect) function(dup2) function(dup3) function(getaddrinfo) \
              function(nanosleep) function(poll) function(ppoll) function(read) function(readv) \
                  function(recv) function(recvfrom) function(recvmsg) function(select)          \
                      function(send) function(sendmsg) function(sendto) function(sleep)         \
                          function(usleep) function(waitpid) function(write) function(writev)

namespace gnet::patch {

struct Originals {
#define GNET_MEMBER(name) decltype(&::name) name;
  GNET_PATCHED_FUNCTIONS(GNET_MEMBER)
#undef GNET_MEMBER
};

// One in each file that patches something, for the linker: whoever refers to it has the file.
void link_descriptor_calls() noexcept;
void link_poll_calls() noexcept;
void link_process_calls() noexcept;
void link_time_calls() noexcept;

// Found when first asked for, at the latest before main().
const Originals& original() noexcept;

}  // namespace gnet::patch
