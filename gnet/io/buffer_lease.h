// A receive buffer borrowed from the hub.
//
// An idle connection owns no buffer: it waits for readiness, borrows one, receives,
// and gives it back. Whoever suspends meanwhile keeps it.
//
//   gnet::BufferLease buffer(hub, 64 * 1024);
//   std::size_t n = socket.receive(buffer.data(), buffer.size());
//
// Threads: as the hub.

#pragma once

#include <cstddef>

#include "gnet/fiber/scheduler.h"

namespace gnet {

class BufferLease {
 public:
  // At least `size` bytes, not initialised.
  BufferLease(detail::Scheduler& hub, std::size_t size)
      : pool_(size <= hub.buffers().block_size() ? &hub.buffers() : nullptr),
        size_(size),
        data_(pool_ != nullptr ? pool_->take() : new char[size]) {}
  BufferLease(const BufferLease&) = delete;
  BufferLease& operator=(const BufferLease&) = delete;
  ~BufferLease() {
    if (pool_ != nullptr) [[likely]] {
      pool_->give(data_);
    } else {
      delete[] data_;
    }
  }

  [[nodiscard]] char* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  BlockPool* pool_;  // null: from the heap
  std::size_t size_;
  char* data_;
};

}  // namespace gnet
