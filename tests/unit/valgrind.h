// Whether valgrind runs the tests: some of what they do to the process is valgrind's own business.

#pragma once

#if defined(GNET_VALGRIND)
#include <valgrind/valgrind.h>
#endif

namespace test {

inline bool on_valgrind() {
#if defined(GNET_VALGRIND)
  return RUNNING_ON_VALGRIND != 0;
#else
  return false;
#endif
}

}  // namespace test
