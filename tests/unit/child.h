// What becomes of a process: for tests of signals and exits.
//
//   BOOST_TEST(WEXITSTATUS(test::status_of_child([] { raise(SIGTERM); return 0; })) == 0);

#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
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

// For cases in which a child gets a signal while it runs: ThreadSanitizer keeps signals
// back in the child of a process that had threads.
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
