// A first-in first-out row of items in one block of memory.
//
// The block doubles when it is full, so that appending and removing allocate only
// while the row grows beyond its longest so far. A row that has been emptied gives
// a large block back.
//
//   gnet::RingBuffer<std::string> lines;
//   lines.push_back("hello");
//   std::string first = std::move(lines.front());
//   lines.pop_front();
//
// Threads: none of it is synchronised.

#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace gnet {

template <typename T>
class RingBuffer {
 public:
  RingBuffer() noexcept = default;
  RingBuffer(RingBuffer&& other) noexcept { swap(other); }
  RingBuffer& operator=(RingBuffer&& other) noexcept {
    RingBuffer(std::move(other)).swap(*this);
    return *this;
  }
  ~RingBuffer() {
    destroy_items();
    free_slots();
  }

  [[nodiscard]] bool empty() const noexcept { return first_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - first_; }

  // The oldest item; there must be one.
  [[nodiscard]] T& front() noexcept { return slots_[first_ & mask_]; }
  [[nodiscard]] const T& front() const noexcept { return slots_[first_ & mask_]; }

  // Appends. When the item's constructor throws, nothing has changed.
  template <typename... Args>
  void emplace_back(Args&&... args) {
    if (size() == slot_count_) [[unlikely]]
      return grow_and_append(std::forward<Args>(args)...);
    std::construct_at(&slots_[end_ & mask_], std::forward<Args>(args)...);
    ++end_;
  }
  void push_back(T item) { emplace_back(std::move(item)); }

  // Destroys the oldest item; there must be one.
  void pop_front() noexcept {
    std::destroy_at(&front());
    ++first_;
    if (empty() && slot_count_ > kKeptSlots) [[unlikely]]
      free_slots();
  }

  void clear() noexcept { RingBuffer().swap(*this); }

  void swap(RingBuffer& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(slot_count_, other.slot_count_);
    std::swap(mask_, other.mask_);
    std::swap(first_, other.first_);
    std::swap(end_, other.end_);
  }

 private:
  static constexpr std::size_t kFirstSlots = 4;
  static constexpr std::size_t kKeptSlots = 64;  // by a row that has been emptied

  template <typename... Args>
  [[gnu::noinline]] void grow_and_append(Args&&... args) {
    RingBuffer larger;
    larger.slot_count_ = slot_count_ == 0 ? kFirstSlots : 2 * slot_count_;
    larger.mask_ = larger.slot_count_ - 1;
    larger.slots_ = std::allocator<T>().allocate(larger.slot_count_);
    // The new item first: it may be made of one that is about to move.
    const std::size_t count = size();
    std::construct_at(&larger.slots_[count], std::forward<Args>(args)...);
    try {
      while (larger.end_ < count) {
        std::construct_at(&larger.slots_[larger.end_],
                          std::move_if_noexcept(slots_[(first_ + larger.end_) & mask_]));
        ++larger.end_;
      }
    } catch (...) {
      std::destroy_at(&larger.slots_[count]);
      throw;
    }
    ++larger.end_;
    swap(larger);
  }

  void destroy_items() noexcept {
    while (first_ != end_) std::destroy_at(&slots_[first_++ & mask_]);
  }

  void free_slots() noexcept {
    if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, slot_count_);
    slots_ = nullptr;
    slot_count_ = mask_ = 0;
  }

  T* slots_ = nullptr;
  std::size_t slot_count_ = 0;  // a power of two, or none
  std::size_t mask_ = 0;
  std::size_t first_ = 0;  // both only ever count up, and wrap in mask_
  std::size_t end_ = 0;
};

}  // namespace gnet
