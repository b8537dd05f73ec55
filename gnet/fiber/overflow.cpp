#include "gnet/fiber/overflow.h"

#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>

#include "gnet/base/unpatched.h"
#include "gnet/fiber/scheduler.h"

namespace gnet::detail {

#if defined(GNET_ASAN) || defined(GNET_TSAN)

// The sanitizers report overflows themselves.
void install_overflow_handler() {}

#else

namespace {

constexpr std::size_t kSignalStack = 32 * 1024;

struct sigaction previous_segv;
struct sigaction previous_bus;

void write_text(const char* text) noexcept {
  const Unpatched unpatched;
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text, std::strlen(text));
}

void write_number(std::uint64_t number) noexcept {
  char digits[21];
  char* at = digits + sizeof digits - 1;
  *at = '\0';
  do {
    *--at = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  write_text(at);
}

// Only calls that are safe in a signal handler.
void on_fault(int signal, siginfo_t* info, void*) {
  const detail::Scheduler* hub = detail::Scheduler::current_if_any();
  const FiberControl* fiber =
      hub != nullptr ? const_cast<detail::Scheduler*>(hub)->running_if_any() : nullptr;
  const auto* address = static_cast<const char*>(info->si_addr);
  if (fiber != nullptr && fiber->stack.base != nullptr && address >= fiber->stack.base &&
      address < fiber->stack.usable()) {
    write_text("gnet: stack overflow in fiber ");
    if (fiber->name) {
      write_text(fiber->name->c_str());
    } else {
      write_number(fiber->id);
    }
    write_text(", spawned at ");
    write_text(fiber->spawned_at.file_name());
    write_text(":");
    write_number(fiber->spawned_at.line());
    write_text(", stack of ");
    write_number(fiber->stack.size / 1024);
    write_text(" KiB; give it more with SpawnOptions::stack_size or GNET_STACK_SIZE\n");
  }
  sigaction(signal, signal == SIGSEGV ? &previous_segv : &previous_bus, nullptr);
  // Returning executes the faulting instruction again, under the previous handler.
}

struct SignalStack {
  SignalStack() : memory(new char[kSignalStack]) {
    stack_t stack{};
    stack.ss_sp = memory.get();
    stack.ss_size = kSignalStack;
    sigaltstack(&stack, nullptr);
  }
  ~SignalStack() {
    stack_t stack{};
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, nullptr);
  }
  std::unique_ptr<char[]> memory;
};

}  // namespace

void install_overflow_handler() {
  static thread_local const SignalStack signal_stack;
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &previous_segv);
    sigaction(SIGBUS, &action, &previous_bus);
  });
}

#endif

}  // namespace gnet::detail
