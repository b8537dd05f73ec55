// What a range-based for over a queue, a channel, a generator or an imap() walks with.
//
//   for (auto& item : queue) handle(item);
//
// Threads: as the source.

#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

namespace gnet::detail {

// An input iterator over what source.next() returns, until that is nothing. It is made with
// the first item in hand, for which that call may suspend. The loop may change the item, also
// move it away.
template <typename Source, typename T>
class ItemIterator {
 public:
  using value_type = T;
  using difference_type = std::ptrdiff_t;

  explicit ItemIterator(Source& source) : source_(&source) { ++*this; }

  [[nodiscard]] T& operator*() const noexcept { return *item_; }

  ItemIterator& operator++() {
    item_.reset();
    if (auto next = source_->next()) item_.emplace(std::move(*next));
    return *this;
  }
  void operator++(int) { ++*this; }

  friend bool operator==(const ItemIterator& iterator, std::default_sentinel_t) noexcept {
    return !iterator.item_;
  }

 private:
  Source* source_;
  mutable std::optional<T> item_;  // an iterator's constness is not its item's
};

}  // namespace gnet::detail
