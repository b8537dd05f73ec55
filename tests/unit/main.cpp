// The one program of all unit tests. `gnet_unit --list_content` shows them,
// `gnet_unit --run_test=event` runs those of event_test.cpp.

#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "gnet/os/piped_process.h"

// Some tests fork, to see a process end, when a logging thread may run already.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options() {
  return "die_after_fork=0";
}

int main(int argc, char** argv) {
  if (const auto status = gnet::run_piped_function()) return *status;
  // Boost would turn SIGSEGV into a test failure on its own signal stack. The library's handler,
  // which names the fiber whose stack overflowed, must see it instead, and so must sanitizers.
  setenv("BOOST_TEST_CATCH_SYSTEM_ERRORS", "no", 0);
  return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
