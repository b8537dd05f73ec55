#include "gnet/patch/patch.h"

#include <dlfcn.h>

#include <algorithm>

#include "gnet/patch/original.h"

// The linker is told to look for this one, so that it takes this file from a static library. All
// others hang on it: the names that they define may have been found elsewhere by then.
extern "C" void gnet_patch_linked();
void gnet_patch_linked() {
  gnet::patch::link_descriptor_calls();
  gnet::patch::link_poll_calls();
  gnet::patch::link_process_calls();
  gnet::patch::link_time_calls();
}

namespace gnet::patch {
namespace {

struct Row {
  const char* name;
  void* patched;
  void* original;
};

Dl_info whereabouts(const void* address) {
  Dl_info info{};
  if (address != nullptr) dladdr(address, &info);
  return info;
}

std::string file_of(const void* address) {
  const char* file = whereabouts(address).dli_fname;
  return file != nullptr ? file : "";
}

}  // namespace

std::vector<PatchedFunction> report() {
  const Row rows[] = {
#define GNET_ROW(name) \
  {#name, reinterpret_cast<void*>(&::name), reinterpret_cast<void*>(original().name)},
      GNET_PATCHED_FUNCTIONS(GNET_ROW)
#undef GNET_ROW
  };
  const void* const here = whereabouts(reinterpret_cast<const void*>(&gnet_patch_linked)).dli_fbase;
  std::vector<PatchedFunction> functions;
  for (const Row& row : rows) {
    const void* const reached = dlsym(RTLD_DEFAULT, row.name);
    functions.push_back({.name = row.name,
                         .in_force = whereabouts(reached).dli_fbase == here,
                         .provider = file_of(reached),
                         .original = file_of(row.original)});
  }
  return functions;
}

bool in_force() {
  return std::ranges::all_of(report(), &PatchedFunction::in_force);
}

}  // namespace gnet::patch
