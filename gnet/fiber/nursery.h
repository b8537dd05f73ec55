// A block of code that does not end before the fibers that it started.
//
// The first child that fails cancels its siblings and the block's body; when all
// have ended, the error is thrown, or an ExceptionGroup when there are several.
// What is spawned here cannot be forgotten.
//
//   gnet::with_nursery([](gnet::Nursery& nursery) {
//     nursery.spawn([] { serve(); });
//     nursery.spawn([] { watch(); });
//   });                                        // both have ended
//
// Threads: a Nursery belongs to the fiber that made it.

#pragma once

#include <exception>
#include <stdexcept>
#include <vector>

#include "gnet/base/source_location.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"

namespace gnet {

// Several errors at once.
class ExceptionGroup : public std::runtime_error {
 public:
  explicit ExceptionGroup(std::vector<std::exception_ptr> errors);

  [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

 private:
  std::vector<std::exception_ptr> errors_;
};

class Nursery {
 public:
  explicit Nursery(Deadline deadline = Deadline::never()) : scope_(deadline) { scope_.open(); }
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;

  // Where join() was not called, or was interrupted: cancels the children and
  // suspends until they have ended; their errors are reported.
  ~Nursery();

  // Starts a child. In a nursery that was cancelled it ends at its first
  // suspension point.
  template <FiberFunction F>
  void spawn(F&& function, SourceLocation where = SourceLocation::current()) {
    auto child =
        Fiber<std::invoke_result_t<std::decay_t<F>&>>::create(std::forward<F>(function), {}, where);
    adopt(std::move(child));
  }

  // Cancels every child.
  void cancel() { scope_.cancel(); }

  // Suspends until every child has ended, also those that are started meanwhile.
  // Throws the error of the child that failed, or ExceptionGroup.
  void join();

 private:
  template <typename F>
  friend void with_nursery(F&& body);

  struct Child;

  void adopt(AnyFiber child);
  void wait_for_children();
  void fail(std::exception_ptr error);
  void throw_errors();

  CancelScope scope_;
  std::size_t running_ = 0;  // children
  std::vector<std::exception_ptr> errors_;
  detail::WaiterList joiners_;
};

// Calls `body(nursery)` and joins. The body itself is cancelled when a child fails.
template <typename F>
void with_nursery(F&& body) {
  Nursery nursery;
  try {
    nursery.scope_.enclose([&] {
      std::forward<F>(body)(nursery);
      nursery.wait_for_children();
    });
  } catch (const Cancelled& cancelled) {
    if (cancelled.scope() != &nursery.scope_) throw;
  } catch (const Interrupt&) {
    throw;
  } catch (...) {
    nursery.fail(std::current_exception());
  }
  nursery.join();
}

}  // namespace gnet
