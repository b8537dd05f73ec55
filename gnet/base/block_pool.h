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
#include <new>

namespace gnet {

class BlockPool {
 public:
  BlockPool(std::size_t block_size, std::size_t kept)
      : block_size_(block_size), most_(kept), free_(new char*[kept]) {}
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool() {
    while (count_ > 0) release(free_[--count_]);
  }

  [[nodiscard]] std::size_t block_size() const noexcept { return block_size_; }

  // Not initialised. Throws std::bad_alloc.
  [[nodiscard]] char* take() {
    if (count_ == 0) [[unlikely]]
      return static_cast<char*>(::operator new(block_size_, kAlignment));
    return free_[--count_];
  }

  void give(char* block) noexcept {
    if (count_ == most_) [[unlikely]] {
      release(block);
    } else {
      free_[count_++] = block;
    }
  }

 private:
  static constexpr std::align_val_t kAlignment{64};  // of the lines of the cache

  static void release(char* block) noexcept { ::operator delete(block, kAlignment); }

  std::size_t block_size_;
  std::size_t most_;
  std::size_t count_ = 0;
  std::unique_ptr<char*[]> free_;
};

}  // namespace gnet
