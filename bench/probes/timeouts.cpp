// Arms and cancels as many timeouts as its argument says; strace counts what that costs.

#include <chrono>
#include <cstdlib>

#include "gnet/fiber/timeout.h"

int main(int argc, char** argv) {
  const long count = argc > 1 ? std::atol(argv[1]) : 1;
  for (long i = 0; i < count; ++i) gnet::Timeout limit(std::chrono::seconds(5));
}
