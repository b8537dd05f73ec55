// One raw switch of Boost.Context: the measure of all others.

#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstddef>

namespace {

using boost::context::detail::jump_fcontext;
using boost::context::detail::transfer_t;

constexpr std::size_t kStackSize = 256 * 1024;

void bounce(transfer_t back) {
  for (;;) back = jump_fcontext(back.fctx, nullptr);
}

// There and back are two switches.
void raw_switch(benchmark::State& state) {
  void* stack =
      mmap(nullptr, kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  // Not aligned as the stack of the caller is, or the two would share lines of the cache.
  char* top = static_cast<char*>(stack) + kStackSize - 512;
  transfer_t other{boost::context::detail::make_fcontext(top, kStackSize - 512, bounce), nullptr};
  while (state.KeepRunningBatch(2)) other = jump_fcontext(other.fctx, nullptr);
  munmap(stack, kStackSize);
}
BENCHMARK(raw_switch);

}  // namespace
