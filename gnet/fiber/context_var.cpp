#include "gnet/fiber/context_var.h"

namespace gnet::detail {

// Lists share their tails: what goes with this one ends where another holds it.
void release_inherited(Inherited* newest) noexcept {
  while (newest != nullptr && --newest->references == 0) {
    Inherited* older = newest->older;
    newest->destroy(*newest);
    newest = older;
  }
}

Inherited* share_inherited(Inherited* newest) noexcept {
  ++newest->references;
  return newest;
}

void add_inherited(FiberControl& fiber, Inherited& value) noexcept {
  value.older = fiber.inherited;
  fiber.inherited = &value;
}

void remove_inherited(FiberControl& fiber, const Inherited& value) noexcept {
  Inherited* newest = fiber.inherited;
  if (newest != &value) return;
  fiber.inherited = newest->older == nullptr ? nullptr : share_inherited(newest->older);
  release_inherited(newest);
}

}  // namespace gnet::detail
