// The bytes that a connection still has to send, in chunks borrowed from a pool.
//
// An empty queue holds no memory.
//
// Threads: a queue, and the pool of its thread, belong to one hub.

#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gnet::detail {

class OutputQueue {
 public:
  static constexpr std::size_t kChunk = 16 * 1024;

  OutputQueue() noexcept = default;
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;
  ~OutputQueue() { clear(); }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // Copies `data` to the end.
  void append(std::string_view data);

  // The first chunk's bytes: everything, when single().
  [[nodiscard]] std::string_view front() const noexcept;
  [[nodiscard]] bool single() const noexcept;

  // Describes the queue's beginning in at most `capacity` parts; returns how many.
  std::size_t describe(iovec* parts, std::size_t capacity) const noexcept;

  // Drops the first `count` bytes.
  void consume(std::size_t count) noexcept;

  void clear() noexcept { consume(size_); }

 private:
  struct Chunk;
  friend struct ChunkPool;

  Chunk* first_ = nullptr;
  Chunk* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace gnet::detail
