// Receive buffers that a hub's fibers lend each other.
//
// An idle connection owns no buffer: it waits for readiness, leases one, receives,
// and gives it back.
//
//   gnet::BufferLease buffer(64 * 1024);
//   std::size_t n = socket.receive(buffer.data(), buffer.size());
//
// Threads: a lease is given back on the thread that took it.

#pragma once

#include <cstddef>

namespace gnet {

class BufferLease {
 public:
  // At least `size` bytes, not initialised.
  explicit BufferLease(std::size_t size);
  BufferLease(const BufferLease&) = delete;
  BufferLease& operator=(const BufferLease&) = delete;
  ~BufferLease();

  [[nodiscard]] char* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  char* data_;
  std::size_t size_;
};

}  // namespace gnet
