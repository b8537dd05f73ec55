// Patched waitpid() and getaddrinfo(); and patched calls in children.

#include <netdb.h>
#include <signal.h>
#include <sys/wait.h>

#include "gnet/fiber/hub.h"
#include "tests/unit/patch/support.h"

BOOST_AUTO_TEST_SUITE(patched_processes)

using test::Ends;
using test::error_of;
using test::Ticker;
using namespace std::chrono_literals;

namespace {

// A child that ends with this status when the parent closes or writes to the pipe.
pid_t start_child(const Ends& ends, int status) {
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    close(ends.there.get());
    char byte;
    [[maybe_unused]] const ssize_t got = read(ends.here.get(), &byte, 1);
    _exit(status);
  }
  return child;
}

}  // namespace

BOOST_AUTO_TEST_CASE(waitpid_suspends_only_the_fiber) {
  gnet::yield();  // there is a hub by the time of fork()
  for (const bool any : {false, true}) {
    const Ends ends = Ends::of_pipe();
    const pid_t child = start_child(ends, 7);
    const Ticker ticker;
    auto writer = gnet::spawn_later(4ms, [&] { ends.put("x"); });
    int status = 0;
    BOOST_TEST(waitpid(any ? -1 : child, &status, WNOHANG) == 0);
    BOOST_TEST(waitpid(any ? -1 : child, &status, 0) == child);
    BOOST_TEST(WEXITSTATUS(status) == 7);
    BOOST_TEST(ticker.ticks > 0);
    BOOST_TEST(error_of([&] { return waitpid(any ? -1 : child, &status, 0); }) == ECHILD);
  }
}

BOOST_AUTO_TEST_CASE(waitpid_tells_of_children_that_stop) {
  const Ends ends = Ends::of_pipe();
  const pid_t child = start_child(ends, 0);
  auto stopper = gnet::spawn_later(2ms, [&] { kill(child, SIGSTOP); });
  int status = 0;
  BOOST_TEST(waitpid(child, &status, WUNTRACED) == child);
  BOOST_TEST(WIFSTOPPED(status));
  kill(child, SIGKILL);
  BOOST_TEST(waitpid(child, &status, 0) == child);
  BOOST_TEST(WTERMSIG(status) == SIGKILL);
}

// It has a copy of the hub, with copies of the fibers, none of which may run there.
BOOST_AUTO_TEST_CASE(in_the_child_of_a_fork_calls_are_libcs_own) {
  const Ends to_child = Ends::of_pipe();
  const Ends to_parent = Ends::of_pipe();
  const pid_t parent = getpid();
  auto other = gnet::spawn([&] {
    for (;;) {
      if (getpid() != parent) _exit(99);
      gnet::yield();
    }
  });
  const pid_t child = fork();
  if (child == 0) {
    char byte;
    usleep(1000);
    const bool read_it = read(to_child.here.get(), &byte, 1) == 1;
    _exit(read_it && write(to_parent.there.get(), &byte, 1) == 1 ? 5 : 6);
  }
  gnet::sleep(5ms);
  to_child.put("x");
  char byte;
  BOOST_TEST(read(to_parent.here.get(), &byte, 1) == 1);
  int status = 0;
  BOOST_TEST(waitpid(child, &status, 0) == child);
  BOOST_TEST(WEXITSTATUS(status) == 5);
  other.kill();
}

// The child of a vfork() has the memory of its parent.
BOOST_AUTO_TEST_CASE(a_child_that_closes_a_descriptor_does_not_wake_its_parents_fibers) {
  static int fd;
  const Ends ends = Ends::of_pipe();
  fd = ends.here.get();
  auto reader = gnet::spawn([] {
    char byte;
    return read(fd, &byte, 1);
  });
  gnet::yield();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  const pid_t child = vfork();
#pragma GCC diagnostic pop
  if (child == 0) {
    close(fd);
    _exit(0);
  }
  int status = 0;
  BOOST_TEST(waitpid(child, &status, 0) == child);
  BOOST_TEST(!reader.ready());
  ends.put("x");
  BOOST_TEST(reader.get() == 1);
}

BOOST_AUTO_TEST_CASE(getaddrinfo_suspends_only_the_fiber) {
  const Ticker ticker;
  int turns = 0;
  auto other = gnet::spawn([&] {
    for (;; ++turns) gnet::yield();
  });
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  BOOST_TEST(getaddrinfo("localhost", "80", &hints, &found) == 0);
  BOOST_REQUIRE(found != nullptr);
  BOOST_TEST(found->ai_socktype == SOCK_STREAM);
  freeaddrinfo(found);
  BOOST_TEST(turns > 0);
  turns = 0;
  BOOST_TEST(getaddrinfo("127.0.0.1", nullptr, nullptr, &found) == 0);
  freeaddrinfo(found);
  BOOST_TEST(turns == 0);
  BOOST_TEST(getaddrinfo("localhost", "no such service", nullptr, &found) == EAI_SERVICE);
  other.kill();
}

BOOST_AUTO_TEST_SUITE_END()
