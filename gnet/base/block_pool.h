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
#include <memory>

namespace gnet {

class BlockPool {
 public:
  BlockPool(std::size_t block_size, std::size_t kept)
      : block_size_(block_size), most_(kept), free_(new char*[kept]) {}
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool() {
    while (count_ > 0) delete[] free_[--count_];
  }

  [[nodiscard]] std::size_t block_size() const noexcept { return block_size_; }

  // Not initialised. Throws std::bad_alloc.
  [[nodiscard]] char* take() {
    if (count_ == 0) [[unlikely]]
      return new char[block_size_];
    return free_[--count_];
  }

  void give(char* block) noexcept {
    if (count_ == most_) [[unlikely]] {
      delete[] block;
    } else {
      free_[count_++] = block;
    }
  }

 private:
  std::size_t block_size_;
  std::size_t most_;
  std::size_t count_ = 0;
  std::unique_ptr<char*[]> free_;
};

}  // namespace gnet
