// A suspended or running stack of execution, and the switch between two.
//
// The switch is Boost.Context's. Around it stand the three things that Boost
// 1.81 leaves to its user: C++ keeps the exceptions in flight in a record of the
// thread, which has to travel with the fiber (otherwise two fibers that suspend
// inside a catch block rethrow each other's exception); AddressSanitizer and
// ThreadSanitizer have to be told of every switch.

#pragma once

#include <cxxabi.h>
#include <boost/context/detail/fcontext.hpp>
#include <cstddef>
#include <cstdlib>

#include "gnet/base/sanitizer.h"

#if defined(GNET_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(GNET_TSAN)
#include <sanitizer/tsan_interface.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstring>
#endif

namespace gnet::detail {

// The head of __cxa_eh_globals (Itanium C++ ABI, section 2.2.2).
struct ExceptionState {
  void* caught = nullptr;
  unsigned uncaught = 0;
};

// The calling thread's record. Fibers never change threads, so a hub may keep
// the pointer.
inline ExceptionState* thread_exception_state() noexcept {
  return reinterpret_cast<ExceptionState*>(abi::__cxa_get_globals());
}

// jump_fcontext() in a form that the processor foresees. It comes back by a jump, not
// by `ret`: called as a function it leaves an entry behind on the processor's stack of
// return addresses, and then every return up the resumed fiber's chain of calls is
// predicted one off (measured: yield 21 ns so, 15 ns without). Entered by a jump, with
// the return address pushed by hand, it leaves none.
//
// What it saves lies right below the frame that switches, so that both share lines of the
// cache. The compiler sees no call there, and a function without calls may keep data below its
// frame, in the red zone; one that calls does not, and abort() makes a caller of each.
[[gnu::always_inline]] inline boost::context::detail::transfer_t jump(
    boost::context::detail::fcontext_t to, void* data) noexcept {
#if defined(__x86_64__) && !defined(__ILP32__) && !(defined(__CET__) && (__CET__ & 2))
  boost::context::detail::fcontext_t from;
  void* out;
  asm volatile(
      "leaq 1f(%%rip), %%rax\n\t"
      "pushq %%rax\n\t"
      "jmp jump_fcontext@PLT\n"
      "1:"
      : "=a"(from), "=d"(out), "+D"(to), "+S"(data)
      :
      : "rcx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
        "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "st", "st(1)",
        "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)",
#if defined(__AVX512F__)
        "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",
        "k7",
#endif
        "memory", "cc");
  if (from == nullptr) [[unlikely]]  // which it never is
    std::abort();
  return {from, out};
#else
  return boost::context::detail::jump_fcontext(to, data);
#endif
}

#if defined(GNET_TSAN)
// ThreadSanitizer keeps a signal for the fiber that it comes to, until that fiber calls a function
// that is intercepted. One that waits first would keep it for as long, and one that has ended for
// ever: while it looks at fibers, none comes. All of it is inline: it counts calls by fiber, too.
class SignalsHeld {
 public:
  [[gnu::always_inline]] SignalsHeld() noexcept {
    const std::uint64_t all = ~std::uint64_t{0};
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before_, sizeof all);
    static std::size_t (*const volatile intercepted)(const char*) = std::strlen;
    intercepted("");  // those that have come
  }
  [[gnu::always_inline]] ~SignalsHeld() {
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, sizeof before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  std::uint64_t before_ = 0;  // as the kernel has it
};

[[gnu::always_inline]] inline void* create_tsan_fiber() noexcept {
  const SignalsHeld held;
  return __tsan_create_fiber(0);
}
[[gnu::always_inline]] inline void destroy_tsan_fiber(void* fiber) noexcept {
  const SignalsHeld held;
  __tsan_destroy_fiber(fiber);
}
[[gnu::always_inline]] inline void switch_tsan_fiber(void* fiber) noexcept {
  const SignalsHeld held;
  __tsan_switch_to_fiber(fiber, 0);
}
#endif

struct Context {
  using Entry = void (*)(boost::context::detail::transfer_t);

  // The context of the thread's own stack, or of whoever runs now.
  Context() noexcept = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Prepares `entry` to run on the stack that ends at `top`. Entry's first act
  // must be arrive().
  void prepare(char* bottom, char* top, Entry entry) noexcept {
    const auto size = static_cast<std::size_t>(top - bottom);
    stack_pointer = boost::context::detail::make_fcontext(top, size, entry);
    exceptions = ExceptionState{};
#if defined(GNET_ASAN)
    stack_bottom = bottom;
    stack_size = size;
    fake_stack = nullptr;
#endif
#if defined(GNET_TSAN)
    if (tsan_fiber == nullptr) tsan_fiber = create_tsan_fiber();
#endif
  }

  // Frees what a sanitizer keeps for a context that will not run again.
  void retire() noexcept {
#if defined(GNET_TSAN)
    if (tsan_fiber != nullptr) destroy_tsan_fiber(tsan_fiber);
    tsan_fiber = nullptr;
#endif
  }

  // Suspends this context, which must be running, and runs `target`. Returns
  // when somebody switches back.
  void switch_to(Context& target, ExceptionState& state) noexcept {
    exceptions = state;
    state = target.exceptions;
#if defined(GNET_ASAN)
    __sanitizer_start_switch_fiber(&fake_stack, target.stack_bottom, target.stack_size);
#endif
#if defined(GNET_TSAN)
    if (tsan_fiber == nullptr) tsan_fiber = __tsan_get_current_fiber();
    switch_tsan_fiber(target.tsan_fiber);
#endif
    arrive(jump(target.stack_pointer, this));
  }

  // As switch_to(), from a context that ends.
  [[noreturn]] void leave_to(Context& target, ExceptionState& state) noexcept {
    state = target.exceptions;
#if defined(GNET_ASAN)
    __sanitizer_start_switch_fiber(nullptr, target.stack_bottom, target.stack_size);
#endif
#if defined(GNET_TSAN)
    switch_tsan_fiber(target.tsan_fiber);
#endif
    jump(target.stack_pointer, this);
    __builtin_unreachable();
  }

  // Completes a switch on the side of the context that now runs.
  void arrive(boost::context::detail::transfer_t transfer) noexcept {
    auto* from = static_cast<Context*>(transfer.data);
    from->stack_pointer = transfer.fctx;
#if defined(GNET_ASAN)
    // Tells where the stack lies that was left: for a thread's own stack this is
    // the only way to learn it.
    __sanitizer_finish_switch_fiber(fake_stack, &from->stack_bottom, &from->stack_size);
#endif
  }

  boost::context::detail::fcontext_t stack_pointer = nullptr;
  ExceptionState exceptions;
#if defined(GNET_ASAN)
  const void* stack_bottom = nullptr;
  std::size_t stack_size = 0;
  void* fake_stack = nullptr;
#endif
#if defined(GNET_TSAN)
  void* tsan_fiber = nullptr;
#endif
};

}  // namespace gnet::detail
