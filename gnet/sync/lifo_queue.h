// A queue between fibers whose last item in is the first out.
//
// Everything else is as with Queue: put() parks while it is full, get() while it is
// empty, and both serve whoever has waited longest.
//
//   gnet::LifoQueue<Connection> idle(8);
//   idle.put(std::move(connection));
//   auto warmest = idle.get();                 // the one that was used last
//
// Threads: a LifoQueue belongs to the hub on which it was made; use from another
// thread throws Misuse.

#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "gnet/sync/queue.h"

namespace gnet {
namespace detail {

// The storage of a LifoQueue: its front is what came last.
template <typename T>
class Pile {
 public:
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] T& front() noexcept { return items_.back(); }
  [[nodiscard]] const T& front() const noexcept { return items_.back(); }

  template <typename... Args>
  void emplace_back(Args&&... args) {
    items_.emplace_back(std::forward<Args>(args)...);
  }
  void pop_front() noexcept { items_.pop_back(); }

 private:
  std::vector<T> items_;
};

template <typename T>
struct QueueWaits<Pile<T>> {
  static constexpr WaitKind kItem{"an item in LifoQueue"};
  static constexpr WaitKind kRoom{"room in LifoQueue"};
};

}  // namespace detail

// put(), get(), peek(), close() and their forms: see BasicQueue in queue.h.
template <typename T>
using LifoQueue = BasicQueue<T, detail::Pile<T>>;

}  // namespace gnet
