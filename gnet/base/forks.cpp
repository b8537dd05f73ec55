#include "gnet/base/forks.h"

#include <pthread.h>

namespace gnet::detail {

constinit std::atomic<unsigned> fork_count{0};

namespace {

[[gnu::constructor]] void count_forks() {
  pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
}

}  // namespace

}  // namespace gnet::detail
