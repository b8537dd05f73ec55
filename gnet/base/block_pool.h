// Blocks of memory of one size that are used again and again.
//
// The block given back last is the next one taken: it is still in the cache. A
// bounded number is kept; the rest goes back to the heap.
//
//   gnet::BlockPool pool(64 * 1024, 64);
//   char* block = pool.take();
//   pool.give(block);
//
// Threads: none of it is synchronised.

#pragma once

#include <cstddef>
#include <vector>

namespace gnet {

class BlockPool {
 public:
  BlockPool(std::size_t block_size, std::size_t kept) : block_size_(block_size) {
    free_.reserve(kept);
  }
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool() {
    for (char* block : free_) delete[] block;
  }

  [[nodiscard]] std::size_t block_size() const noexcept { return block_size_; }

  // Not initialised. Throws std::bad_alloc.
  [[nodiscard]] char* take() {
    if (free_.empty()) [[unlikely]]
      return new char[block_size_];
    char* block = free_.back();
    free_.pop_back();
    return block;
  }

  void give(char* block) noexcept {
    if (free_.size() == free_.capacity()) [[unlikely]] {
      delete[] block;
    } else {
      free_.push_back(block);
    }
  }

 private:
  std::size_t block_size_;
  std::vector<char*> free_;
};

}  // namespace gnet
