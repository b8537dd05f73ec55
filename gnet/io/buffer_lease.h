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

#include "gnet/fiber/hub.h"

namespace gnet {

class BufferLease {
 public:
  // At least `size` bytes, not initialised.
  BufferLease(Hub& hub, std::size_t size)
      : hub_(hub),
        size_(size),
        data_(size <= hub.buffers().block_size() ? hub.buffers().take() : new char[size]) {}
  BufferLease(const BufferLease&) = delete;
  BufferLease& operator=(const BufferLease&) = delete;
  ~BufferLease() {
    if (size_ <= hub_.buffers().block_size()) {
      hub_.buffers().give(data_);
    } else {
      delete[] data_;
    }
  }

  [[nodiscard]] char* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  Hub& hub_;
  std::size_t size_;
  char* data_;
};

}  // namespace gnet
