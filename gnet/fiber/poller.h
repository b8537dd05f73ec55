// Readiness of descriptors: an epoll set behind a narrow interface.
//
// A descriptor is registered once for its life, edge-triggered, for everything.
// The slot of a descriptor remembers what the kernel said last, so that a reader
// that has just seen a short read goes to sleep without asking again. A slot has
// a generation, which tells an event of a closed descriptor from one of its
// successor with the same number.
//
// Threads: a Poller belongs to one hub.

#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/unique_fd.h"
#include "gnet/fiber/control.h"

namespace gnet {

struct PollSlot {
  detail::FiberControl* reader = nullptr;  // who waits to read
  detail::FiberControl* writer = nullptr;  // who waits to write
  std::uint16_t generation = 0;            // another one means: closed since
  bool readable = false;                   // a read may find something
  bool writable = false;                   // a write may find room
  bool read_closed = false;  // the peer has ended its side: read on after a short read
};

class Poller {
 public:
  Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Registers `fd`, which must stay open until remove(). Throws std::system_error:
  // operation_not_permitted for descriptors that cannot be polled (regular files).
  PollSlot& add(int fd);

  // Forgets `fd` and makes ready whoever waits on it; they find the slot closed.
  // The caller closes the descriptor, which ends the registration.
  void remove(int fd) noexcept;

  // Ends the registration of `fd`, which stays open and belongs to somebody else now.
  void forget(int fd) noexcept;

  // Waits for events, at most `timeout` (negative: for ever; zero: not at all),
  // and makes their waiters ready. Returns the number of events.
  int poll(Hub& hub, Duration timeout);

  // Number of fibers whose wait on a descriptor keeps the hub alive.
  std::size_t waiters = 0;

  // The epoll descriptor; readable when there are events.
  [[nodiscard]] int native_handle() const noexcept { return epoll_.get(); }

  // Registers a descriptor whose readiness calls `callback(context)` on the hub:
  // level-triggered, for the hub's own use.
  void watch(int fd, void (*callback)(void*) noexcept, void* context);

  static constexpr int kBatch = 256;

 private:
  static constexpr std::size_t kChunk = 256;
  using Chunk = std::array<PollSlot, kChunk>;
  struct Watch {
    void (*callback)(void*) noexcept;
    void* context;
  };

  void handle_watch(std::uint64_t key) noexcept;

  PollSlot* slot(int fd) noexcept {
    return &(
        *chunks_[static_cast<std::size_t>(fd) / kChunk])[static_cast<std::size_t>(fd) % kChunk];
  }

  UniqueFd epoll_;
  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::vector<std::unique_ptr<Watch>> watches_;
  std::array<epoll_event, kBatch> events_;
};

}  // namespace gnet
