// How many programs run at a time, on all threads together.
//
//   if (auto place = slots.take(limit)) start(std::move(*place)); else refuse();
//
// Threads: may be used from any.

#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "gnet/sync/thread_channel.h"

namespace commands {

class ExecSlots {
 public:
  explicit ExecSlots(std::size_t count) : free_(count) {
    for (std::size_t i = 0; i < count; ++i) free_.put(true);
  }

  // One of them, until it goes.
  class Place {
   public:
    explicit Place(ExecSlots& slots) noexcept : slots_(&slots) {}
    Place(Place&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (slots_ != nullptr) static_cast<void>(slots_->free_.try_put(true));
    }

   private:
    ExecSlots* slots_;
  };

  // Suspends until one is free, in turn; nothing at the deadline.
  [[nodiscard]] std::optional<Place> take(gnet::Deadline deadline) {
    if (!free_.try_get() && !free_.get(deadline)) return std::nullopt;
    return Place(*this);
  }

 private:
  gnet::ThreadChannel<bool> free_;
};

}  // namespace commands
