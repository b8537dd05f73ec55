// The bytes that a connection still has to send, in chunks borrowed from the hub.
//
// An empty queue holds no memory.
//
// Threads: as the hub whose pool it borrows from.

#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

#include "gnet/base/block_pool.h"

namespace gnet::detail {

class OutputQueue {
 public:
  explicit OutputQueue(BlockPool& pool) noexcept : pool_(pool) {}
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;
  ~OutputQueue() { clear(); }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // So many bytes an empty queue has in one piece, if they are added.
  [[nodiscard]] std::size_t piece_size() const noexcept {
    return pool_.block_size() - sizeof(Chunk);
  }

  // Copies `data` to the end.
  void append(std::string_view data) {
    if (data.empty()) return;
    if (last_ == nullptr) add_chunk();
    if (data.size() > room()) [[unlikely]]
      return append_across(data);
    std::memcpy(last_->data() + last_->end, data.data(), data.size());
    last_->end += static_cast<std::uint32_t>(data.size());
    size_ += data.size();
  }

  // The first chunk's bytes: everything, when single(). Not to be called when empty.
  [[nodiscard]] std::string_view front() const noexcept {
    return {first_->data() + first_->begin, first_->end - first_->begin};
  }
  [[nodiscard]] bool single() const noexcept { return first_ == last_; }

  // Describes the queue's beginning in at most `capacity` parts; returns how many.
  std::size_t describe(iovec* parts, std::size_t capacity) const noexcept;

  // Drops the first `count` bytes.
  void consume(std::size_t count) noexcept {
    if (count != size_ || !single() || first_ == nullptr) [[unlikely]]
      return consume_part(count);
    pool_.give(reinterpret_cast<char*>(first_));
    first_ = last_ = nullptr;
    size_ = 0;
  }

  void clear() noexcept { consume(size_); }

 private:
  struct Chunk {
    Chunk* next;
    std::uint32_t begin;
    std::uint32_t end;
    [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  };

  [[nodiscard]] std::size_t room() const noexcept { return piece_size() - last_->end; }
  void add_chunk() {
    auto* chunk = new (pool_.take()) Chunk{nullptr, 0, 0};
    (last_ == nullptr ? first_ : last_->next) = chunk;
    last_ = chunk;
  }
  void append_across(std::string_view data);
  void consume_part(std::size_t count) noexcept;

  BlockPool& pool_;
  Chunk* first_ = nullptr;
  Chunk* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace gnet::detail
