// An intrusive 4-ary heap of timers: the earliest first, equal times in the
// order in which they were armed.
//
// A Timer belongs to whoever waits, who removes it before it goes. It knows its
// place in the heap, so that arming and cancelling neither allocate nor search.
// Most timers are cancelled before they expire, and those sit near the leaves,
// where both cost a compare or two. Four children fill one line of the cache.
//
//   gnet::TimerHeap heap;
//   heap.insert(timer, when);
//   while (gnet::Timer* due = heap.pop_due(now)) due->expire(*due);
//
// Threads: none of it is synchronised.

#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "gnet/base/duration.h"

namespace gnet {

class TimerHeap;

struct Timer {
  using Callback = void (*)(Timer&) noexcept;

  explicit Timer(Callback callback) noexcept : expire(callback) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  [[nodiscard]] bool armed() const noexcept { return index != kIdle; }

  static constexpr std::uint32_t kIdle = UINT32_MAX;

  Callback expire;              // called by the owner of the heap when the time has come
  std::uint64_t sequence = 0;   // of arming: decides between equal times
  std::uint32_t index = kIdle;  // place in the heap
  bool keeps_alive = true;      // whether a pending expiry is a reason for the hub to go on
};

class TimerHeap {
 public:
  TimerHeap() = default;
  TimerHeap(const TimerHeap&) = delete;
  TimerHeap& operator=(const TimerHeap&) = delete;
  ~TimerHeap() {
    for (const Node& node : nodes_) node.timer->index = Timer::kIdle;
  }

  [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  [[nodiscard]] TimePoint earliest() const noexcept { return nodes_.front().when; }

  // The number of armed timers that keep the hub alive.
  [[nodiscard]] std::size_t keep_alives() const noexcept { return keep_alives_; }

  void insert(Timer& timer, TimePoint when) { insert(timer, when, take_sequence()); }

  // As if it had been armed when `sequence` was taken.
  void insert(Timer& timer, TimePoint when, std::uint64_t sequence) {
    timer.sequence = sequence;
    nodes_.push_back(Node{when, &timer});
    if (timer.keeps_alive) ++keep_alives_;
    sift_up(nodes_.size() - 1);
  }

  [[nodiscard]] std::uint64_t take_sequence() noexcept { return sequence_++; }

  void remove(Timer& timer) noexcept {
    if (!timer.armed()) return;
    const std::size_t hole = timer.index;
    timer.index = Timer::kIdle;
    if (timer.keeps_alive) --keep_alives_;
    const Node last = nodes_.back();
    nodes_.pop_back();
    if (hole == nodes_.size()) return;
    place(hole, last);
    if (hole > 0 && before(nodes_[hole], nodes_[parent(hole)])) {
      sift_up(hole);
    } else {
      sift_down(hole);
    }
  }

  // Calls f(const Timer&) for each timer, in no certain order.
  template <typename F>
  void for_each(F&& f) const {
    for (const Node& node : nodes_) f(*node.timer);
  }

  // Removes and returns the earliest timer if it is due at `now`, or null.
  Timer* pop_due(TimePoint now) noexcept {
    if (nodes_.empty() || nodes_.front().when > now) return nullptr;
    Timer* timer = nodes_.front().timer;
    remove(*timer);
    return timer;
  }

 private:
  struct Node {
    TimePoint when;
    Timer* timer;
  };

  // Such that the first child of a node, at 4 i + 1, begins a line.
  template <typename T>
  struct LineAllocator {
    using value_type = T;
    static constexpr std::size_t kLine = 64;

    LineAllocator() noexcept = default;
    template <typename U>
    LineAllocator(const LineAllocator<U>&) noexcept {}  // NOLINT: implicit, as it has to be

    T* allocate(std::size_t count) {
      auto* lines =
          static_cast<char*>(::operator new (count * sizeof(T) + kLine, std::align_val_t{kLine}));
      return reinterpret_cast<T*>(lines + (kLine - sizeof(T)));
    }
    void deallocate(T* items, std::size_t) noexcept {
      ::operator delete (reinterpret_cast<char*>(items) - (kLine - sizeof(T)),
                         std::align_val_t{kLine});
    }
    friend bool operator==(const LineAllocator&, const LineAllocator&) noexcept { return true; }
  };

  static std::size_t parent(std::size_t index) noexcept { return (index - 1) / 4; }

  static bool before(const Node& a, const Node& b) noexcept {
    return a.when != b.when ? a.when < b.when : a.timer->sequence < b.timer->sequence;
  }

  void place(std::size_t index, const Node& node) noexcept {
    nodes_[index] = node;
    node.timer->index = static_cast<std::uint32_t>(index);
  }

  void sift_up(std::size_t index) noexcept {
    const Node node = nodes_[index];
    while (index > 0 && before(node, nodes_[parent(index)])) {
      place(index, nodes_[parent(index)]);
      index = parent(index);
    }
    place(index, node);
  }

  void sift_down(std::size_t index) noexcept {
    const Node node = nodes_[index];
    for (;;) {
      const std::size_t first = index * 4 + 1;
      if (first >= nodes_.size()) break;
      std::size_t least = first;
      const std::size_t end = first + 4 < nodes_.size() ? first + 4 : nodes_.size();
      for (std::size_t child = first + 1; child < end; ++child) {
        if (before(nodes_[child], nodes_[least])) least = child;
      }
      if (!before(nodes_[least], node)) break;
      place(index, nodes_[least]);
      index = least;
    }
    place(index, node);
  }

  std::vector<Node, LineAllocator<Node>> nodes_;
  std::uint64_t sequence_ = 0;
  std::size_t keep_alives_ = 0;
};

}  // namespace gnet
