// A queue between fibers whose smallest item is the first out.
//
// Items of the same rank come out in the order in which they went in. Everything else
// is as with Queue: put() parks while it is full, get() while it is empty, and both
// serve whoever has waited longest. A fiber that was woken for an item takes the one
// that is smallest when it runs.
//
//   auto sooner = [](const Job& a, const Job& b) { return a.due < b.due; };
//   gnet::PriorityQueue<Job, decltype(sooner)> jobs(100, sooner);
//   jobs.put({.due = tomorrow});
//   auto next = jobs.get();
//
// Threads: a PriorityQueue belongs to the hub on which it was made; use from another
// thread throws Misuse.

#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "gnet/base/function.h"
#include "gnet/sync/queue.h"

namespace gnet {
namespace detail {

// The storage of a PriorityQueue: a binary heap. Its front is the first by `Compare`,
// and among equals what came first.
template <typename T, typename Compare>
class Heap {
  static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>,
                "items of a PriorityQueue are moved about, which must not fail");

 public:
  Heap() = default;
  explicit Heap(Compare compare) : compare_(std::move(compare)) {}

  // Leaves `other` empty and usable.
  Heap(Heap&& other) noexcept
      : entries_(std::move(other.entries_)), compare_(other.compare_), count_(other.count_) {}
  Heap& operator=(Heap&&) = delete;

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] T& front() noexcept { return entries_.front().item; }
  [[nodiscard]] const T& front() const noexcept { return entries_.front().item; }

  template <typename... Args>
  void emplace_back(Args&&... args) {
    entries_.push_back(Entry{T(std::forward<Args>(args)...), count_++});
    std::size_t hole = entries_.size() - 1;
    Entry rising(std::move(entries_[hole]));
    for (; hole > 0 && before(rising, entries_[(hole - 1) / 2]); hole = (hole - 1) / 2) {
      entries_[hole] = std::move(entries_[(hole - 1) / 2]);
    }
    entries_[hole] = std::move(rising);
  }

  // The front may have been moved from: it is not compared.
  void pop_front() noexcept {
    Entry sinking(std::move(entries_.back()));
    entries_.pop_back();
    const std::size_t size = entries_.size();
    if (size == 0) return;
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && before(entries_[child + 1], entries_[child])) ++child;
      if (!before(entries_[child], sinking)) break;
      entries_[hole] = std::move(entries_[child]);
      hole = child;
    }
    entries_[hole] = std::move(sinking);
  }

 private:
  struct Entry {
    T item;
    std::uint64_t number;  // of its coming
  };

  bool before(const Entry& a, const Entry& b) const noexcept {
    if (compare_(a.item, b.item)) return true;
    return a.number < b.number && !compare_(b.item, a.item);
  }

  std::vector<Entry> entries_;
  [[no_unique_address]] Compare compare_{};
  std::uint64_t count_ = 0;
};

template <typename T, typename Compare>
struct QueueWaits<Heap<T, Compare>> {
  static constexpr WaitKind kItem{"an item in PriorityQueue"};
  static constexpr WaitKind kRoom{"room in PriorityQueue"};
};

}  // namespace detail

// put(), get(), peek(), close() and their forms: see BasicQueue in queue.h. The item for
// which `compare(item, other)` is true comes out first; comparing must not throw.
template <typename T, typename Compare = std::less<T>>
class PriorityQueue : public BasicQueue<T, detail::Heap<T, Compare>> {
  using Base = BasicQueue<T, detail::Heap<T, Compare>>;

 public:
  // Throws Misuse for a capacity of zero.
  explicit PriorityQueue(std::size_t capacity = Base::kUnbounded, Compare compare = Compare())
      : Base(capacity, detail::Heap<T, Compare>(std::move(compare))) {}
};

}  // namespace gnet
