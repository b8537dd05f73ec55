#include "gnet/protocol/output_queue.h"

#include <algorithm>

namespace gnet::detail {

void OutputQueue::append_across(std::string_view data) {
  while (!data.empty()) {
    if (room() == 0) add_chunk();
    const std::size_t count = std::min(data.size(), room());
    std::memcpy(last_->data() + last_->end, data.data(), count);
    last_->end += static_cast<std::uint32_t>(count);
    size_ += count;
    data.remove_prefix(count);
  }
}

std::size_t OutputQueue::describe(iovec* parts, std::size_t capacity) const noexcept {
  std::size_t count = 0;
  for (Chunk* chunk = first_; chunk != nullptr && count < capacity; chunk = chunk->next) {
    parts[count++] = iovec{chunk->data() + chunk->begin, chunk->end - chunk->begin};
  }
  return count;
}

void OutputQueue::consume_part(std::size_t count) noexcept {
  size_ -= count;
  while (count > 0) {
    const std::size_t here = std::min<std::size_t>(count, first_->end - first_->begin);
    first_->begin += static_cast<std::uint32_t>(here);
    count -= here;
    if (first_->begin < first_->end) return;
    Chunk* spent = first_;
    first_ = spent->next;
    if (first_ == nullptr) last_ = nullptr;
    pool_.give(reinterpret_cast<char*>(spent));
  }
}

}  // namespace gnet::detail
