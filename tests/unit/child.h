// What becomes of a process: for tests of signals and exits.
//
//   BOOST_TEST(WEXITSTATUS(test::status_of_child([] { raise(SIGTERM); return 0; })) == 0);

#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>

#include "gnet/base/sanitizer.h"

namespace test {

// The wait status of a child in which `body` runs, on a hub of its own, and whose exit
// status it returns.
template <typename F>
int status_of_child(F body) {
  const pid_t child = fork();
  if (child == 0) {
    std::thread([&body] { _exit(body()); }).join();
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

// How a child process ended, and what it said.
struct Death {
  int signal = 0;
  std::string words;  // on stderr
};

// Calls `body` in a child process.
template <typename F>
Death death_of(F body) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    body();
    _exit(0);
  }
  close(ends[1]);
  Death death;
  char buffer[4096];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
    death.words.append(buffer, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) death.signal = WTERMSIG(status);
  return death;
}

// For cases in which a child gets a signal while it runs: ThreadSanitizer intercepts
// nothing in the child of a process that had threads, for which it takes fibers, and so
// keeps signals back for ever.
inline boost::unit_test::decorator::precondition not_under_tsan() {
  return boost::unit_test::decorator::precondition([](boost::unit_test::test_unit_id) {
#if defined(GNET_TSAN)
    return boost::test_tools::assertion_result(false);
#else
    return boost::test_tools::assertion_result(true);
#endif
  });
}

}  // namespace test
