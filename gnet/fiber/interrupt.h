// What is thrown at a suspension point to end or redirect a fiber.
//
// None of these derives from std::exception, so that `catch (const
// std::exception&)` does not swallow them. Code that writes `catch (...)` must
// rethrow:
//
//   try {
//     serve();
//   } catch (const gnet::Interrupt&) {
//     count_as_ended();
//     throw;
//   }
//
// A destructor that suspends needs care. Run by the unwinding of an exception it is not
// interrupted: the interrupt comes at the next suspension point after that. Run at the ordinary
// end of a scope it is, as all code; and since a destructor must not throw, that ends the process
// (std::terminate), unless the destructor catches it, or suspends inside of an Uninterruptible,
// see cancel_scope.h, as those of the library do.
//
// Threads: thrown in the fiber that is meant, on its thread.

#pragma once

#include "gnet/base/error.h"

namespace gnet {

class CancelScope;

// Thrown by kill(): the fiber unwinds and ends. Ending so is not an error.
class FiberExit : public Interrupt {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "the fiber was killed"; }
};

// Thrown inside a cancelled CancelScope at every suspension point, until the
// scope is left. The scope that was cancelled catches it.
class Cancelled : public Interrupt {
 public:
  explicit Cancelled(const CancelScope* scope) noexcept : scope_(scope) {}

  [[nodiscard]] const char* what() const noexcept override { return "cancelled"; }

  // The scope that was cancelled, and that catches this.
  [[nodiscard]] const CancelScope* scope() const noexcept { return scope_; }

 private:
  const CancelScope* scope_;
};

}  // namespace gnet
