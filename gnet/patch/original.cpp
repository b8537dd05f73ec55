#include "gnet/patch/original.h"

#include <dlfcn.h>

namespace gnet::patch {
namespace {

Originals find() noexcept {
  Originals found;
#define GNET_FIND(name) \
  found.name = reinterpret_cast<decltype(found.name)>(dlsym(RTLD_NEXT, #name));
  GNET_PATCHED_FUNCTIONS(GNET_FIND)
#undef GNET_FIND
  return found;
}

}  // namespace

const Originals& original() noexcept {
  static const Originals found = find();
  return found;
}

namespace {

// Before the first handler of a signal may run.
[[gnu::constructor]] void find_early() {
  original();
}

}  // namespace
}  // namespace gnet::patch
