// Libraries that block, run cooperatively: libc's blocking calls suspend the fiber that
// makes them, and not its thread. gevent calls this monkey patching.
//
//   gnet::spawn([] { curl_easy_perform(first); });   // an ordinary, blocking libcurl:
//   gnet::spawn([] { curl_easy_perform(second); });  // both at once, on one thread
//   gnet::wait();
//
// Nothing is called to switch it on: a program is patched when it links gnet::patch. One
// that uses the shared libgnet is also patched when it is started so:
//
//   LD_PRELOAD=/usr/lib/libgnet_patch.so ./server
//
// (The fibers of one with a libgnet of its own, linked statically, are nothing that a
// preloaded library knows of.) Programs without fibers do not notice. These are patched:
//
//   connect accept accept4 read readv recv recvfrom recvmsg write writev send sendto
//   sendmsg poll ppoll select sleep usleep nanosleep clock_nanosleep getaddrinfo waitpid
//
// and close, dup2 and dup3, so that whoever waits for a descriptor learns that it is gone.
// What libc calls within itself is not patched: stdio, gethostbyname(), system(). Neither
// are locks, open() of a FIFO, flock(), epoll_wait() and what is not in the list.
//
// Which calls suspend. Those on a fiber: on a thread that has a hub, which is one that has
// spawned a fiber or called something of gnet's that suspends; from then on its main
// function is a fiber, too. All others are libc's own: on other threads, in callbacks of
// the hub, and in the child of a fork(). So are those that do not block: on descriptors
// that the program has made non-blocking, with MSG_DONTWAIT or a timeout of zero, and for
// regular files.
//
// What they do. As libc's: results, errno, SIGPIPE, what SO_RCVTIMEO and SO_SNDTIMEO
// limit. The descriptor stays a blocking one. A call is not ended by a signal (EINTR). A
// descriptor that is closed on the same thread ends the calls that wait for it with EBADF.
// ppoll() with a signal mask is libc's own.
//
// Interrupts. An exception cannot pass through C. A kill(), a Timeout or a cancelled
// scope makes a call that waits return -1 with ECANCELED, getaddrinfo() EAI_SYSTEM, and
// sleep() the seconds that are left; the interrupt stays pending, is thrown at the next
// suspension point of gnet, and until then every further call that would have to wait
// ends in the same way, after a millisecond. So after a library has reported an error:
//
//   if (curl_easy_perform(curl) != CURLE_OK) gnet::Hub::current().checkpoint();
//
// What to beware of. A library that holds a lock while it waits lets another fiber of the
// thread lock up the thread. Thread-local state is shared by the thread's fibers. When
// several processes or threads read one pipe, or accept on one listener, and somebody
// else is quicker, the thread waits. A write of more than 4 KiB to a pipe is done in
// pieces. A handler of signals must not wait.
//
// Threads: functions without state, for any.

#pragma once

#include <string>
#include <vector>

namespace gnet::patch {

// A function of libc, and who provides it.
struct PatchedFunction {
  std::string name;
  bool in_force;         // callers reach the patched one
  std::string provider;  // the file whose function they reach
  std::string original;  // the file of the function that the patched one calls
};

// All that are patched, by name. One is not in force when another library that is loaded
// earlier patches it, too: it may still come to be called by that one.
[[nodiscard]] std::vector<PatchedFunction> report();

// Whether all of them are in force.
[[nodiscard]] bool in_force();

}  // namespace gnet::patch
