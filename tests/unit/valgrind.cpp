#include "tests/unit/valgrind.h"

#if defined(GNET_VALGRIND)
#include <valgrind/valgrind.h>
#endif

namespace test {

bool on_valgrind() {
#if defined(GNET_VALGRIND)
  return RUNNING_ON_VALGRIND != 0;
#else
  return false;
#endif
}

}  // namespace test
