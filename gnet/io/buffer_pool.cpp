#include "gnet/io/buffer_pool.h"

namespace gnet {
namespace {

constexpr std::size_t kBuffer = 64 * 1024;
constexpr std::size_t kKept = 64;

// Fibers that unwind while their thread ends may come after the pool.
struct Pool {
  ~Pool() {
    ended = true;
    while (count > 0) delete[] free[--count];
  }
  char* free[kKept];
  std::size_t count = 0;
  bool ended = false;
};

thread_local Pool pool;

}  // namespace

BufferLease::BufferLease(std::size_t size) : size_(size) {
  if (size > kBuffer) {
    data_ = new char[size];
  } else if (pool.count == 0) {
    data_ = new char[kBuffer];
  } else {
    // The last one given back is the one in the cache.
    data_ = pool.free[--pool.count];
  }
}

BufferLease::~BufferLease() {
  if (size_ > kBuffer || pool.count == kKept || pool.ended) {
    delete[] data_;
  } else {
    pool.free[pool.count++] = data_;
  }
}

}  // namespace gnet
