#include "gnet/protocol/output_queue.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gnet::detail {

struct OutputQueue::Chunk {
  Chunk* next;
  std::uint32_t begin;
  std::uint32_t end;
  char data[kChunk - 16];
};

// Chunks that wait for their next use, so that a reply does not go through malloc.
struct ChunkPool {
  static constexpr std::size_t kKept = 64;

  // Fibers that unwind while their thread ends may come after the pool.
  ~ChunkPool() {
    ended = true;
    while (free != nullptr) delete std::exchange(free, free->next);
  }

  OutputQueue::Chunk* take() {
    OutputQueue::Chunk* chunk = free;
    if (chunk == nullptr) {
      chunk = new OutputQueue::Chunk;
    } else {
      free = chunk->next;
      --kept;
    }
    chunk->next = nullptr;
    chunk->begin = chunk->end = 0;
    return chunk;
  }

  void give(OutputQueue::Chunk* chunk) noexcept {
    if (kept == kKept || ended) {
      delete chunk;
      return;
    }
    chunk->next = free;
    free = chunk;
    ++kept;
  }

  OutputQueue::Chunk* free = nullptr;
  std::size_t kept = 0;
  bool ended = false;
};

namespace {

thread_local ChunkPool pool;

}  // namespace

void OutputQueue::append(std::string_view data) {
  while (!data.empty()) {
    if (last_ == nullptr || last_->end == sizeof last_->data) {
      Chunk* chunk = pool.take();
      (last_ == nullptr ? first_ : last_->next) = chunk;
      last_ = chunk;
    }
    const std::size_t count = std::min(data.size(), sizeof last_->data - last_->end);
    std::memcpy(last_->data + last_->end, data.data(), count);
    last_->end += static_cast<std::uint32_t>(count);
    size_ += count;
    data.remove_prefix(count);
  }
}

std::string_view OutputQueue::front() const noexcept {
  return {first_->data + first_->begin, first_->end - first_->begin};
}

bool OutputQueue::single() const noexcept {
  return first_ == last_;
}

std::size_t OutputQueue::describe(iovec* parts, std::size_t capacity) const noexcept {
  std::size_t count = 0;
  for (Chunk* chunk = first_; chunk != nullptr && count < capacity; chunk = chunk->next) {
    parts[count++] = iovec{chunk->data + chunk->begin, chunk->end - chunk->begin};
  }
  return count;
}

void OutputQueue::consume(std::size_t count) noexcept {
  size_ -= count;
  while (count > 0) {
    const std::size_t here = std::min<std::size_t>(count, first_->end - first_->begin);
    first_->begin += static_cast<std::uint32_t>(here);
    count -= here;
    if (first_->begin < first_->end) return;
    Chunk* spent = first_;
    first_ = spent->next;
    if (first_ == nullptr) last_ = nullptr;
    pool.give(spent);
  }
}

}  // namespace gnet::detail
