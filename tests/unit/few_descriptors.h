// A process that is about to run out of descriptors.
//
//   const test::FewDescriptors few(3);
//
// Threads: for the whole process.

#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include "gnet/base/unique_fd.h"

namespace test {

// Leaves the process so many descriptors more than it has.
struct FewDescriptors {
  explicit FewDescriptors(rlim_t more) {
    getrlimit(RLIMIT_NOFILE, &before);
    const gnet::UniqueFd next(dup(0));
    const rlimit few{static_cast<rlim_t>(next.get()) + more, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before); }
  rlimit before{};
};

}  // namespace test
