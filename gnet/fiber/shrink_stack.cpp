#include "gnet/fiber/shrink_stack.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "gnet/fiber/control.h"
#include "gnet/fiber/scheduler.h"

namespace gnet::detail {
namespace {

// What calling madvise() may need below this frame: the red zone, and its own.
constexpr std::uintptr_t kMargin = 256;

}  // namespace

[[gnu::noinline]] void shrink_stack() noexcept {
  const Stack stack = Scheduler::current().running().stack;
  if (stack.base == nullptr) return;
  static const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const auto low = reinterpret_cast<std::uintptr_t>(stack.usable());
  const std::uintptr_t end = (here - kMargin) & ~(page - 1);
  if (end <= low) return;
  // Without effect where it fails: memory that is locked, for instance.
  static_cast<void>(madvise(stack.usable(), end - low, MADV_DONTNEED));
}

}  // namespace gnet::detail
