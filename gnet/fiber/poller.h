// Readiness of descriptors: an epoll set behind a narrow interface.
//
// A descriptor is registered once for its life, edge-triggered, for everything.
// The slot of a descriptor remembers what the kernel said last, so that a reader
// that has just seen a short read goes to sleep without asking again. A slot has
// a generation, which tells an event of a closed descriptor from one of its
// successor with the same number.
//
// Of the hub and its sockets; programs wait for their own descriptors so:
//
//   gnet::wait_read(fd, 5s);
//
// Threads: a Poller belongs to one hub.

#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/system_call.h"
#include "gnet/base/unique_fd.h"
#include "gnet/fiber/control.h"

namespace gnet {

// What the kernel has said of a descriptor. Slots are never freed: an event that comes late, and a
// fiber that is woken by close(), may look at one whose descriptor is gone.
struct PollSlot {
  // Who is told of ends and errors, see PeerWatch.
  struct EndHook {
    void (*happened)(EndHook& hook, std::uint32_t events) noexcept;
  };

  detail::FiberControl* reader = nullptr;  // who waits to read
  detail::FiberControl* writer = nullptr;  // who waits to write
  EndHook* end_hook = nullptr;
  std::uint16_t generation = 0;  // another one means: closed since
  // A flag may be wrong only in saying yes, which costs a system call in vain. A no is said by the
  // hub's thread alone, right after the system call that found nothing left: the next event is
  // harvested later than that, and says yes again.
  bool readable = false;  // a read may find something
  bool writable = false;  // a write may find room
  bool read_on = false;   // also after a short read: the end, or another message, may be behind it
  bool registered = false;  // between add() and remove()
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
  // The caller closes the descriptor, which ends the registration, unless there are copies of
  // it (dup(), fork()): then the kernel may go on to report it, under the old generation.
  void remove(int fd) noexcept;

  // Ends the registration of `fd`, which stays open and belongs to somebody else now.
  void forget(int fd) noexcept;

  // Waits for events, at most `timeout` (negative: for ever; zero: not at all), and
  // calls hub.make_ready() for their waiters, or a watch's callback. Returns the number of
  // events. No fiber runs in between, so no socket is opened or closed within a batch.
  template <typename H>
  int poll(H& hub, Duration timeout);

  // Number of fibers whose wait on a descriptor keeps the hub alive.
  std::size_t waiters = 0;

  // The epoll descriptor; readable when there are events.
  [[nodiscard]] int native_handle();

  // Registers a descriptor whose readiness calls `callback(context)` on the hub:
  // level-triggered, for the hub's own use. In the child of a fork(), where that descriptor is
  // the parent's, `renew(context)` makes another; -1 for none.
  using Renew = int (*)(void*) noexcept;
  void watch(int fd, void (*callback)(void*) noexcept, void* context, Renew renew);

  // For the child of a fork(): lets go of the epoll set without a change to it.
  void leave_to_parent() noexcept { epoll_.reset(); }
  // Then, where there is a thread for it: nobody waits, and the first use makes another set with
  // all that is registered.
  void begin_in_child() noexcept;

  static constexpr int kBatch = 256;

 private:
  static constexpr std::size_t kChunk = 256;
  using Chunk = std::array<PollSlot, kChunk>;
  struct Watch : PollSlot {  // of generation 0: its events, with the mark, do not match it
    int fd;
    void (*callback)(void*) noexcept;
    void* context;
    Renew renew;
  };

  // What an event carries: the address of a slot or a Watch, and above its 48 bits the
  // slot's generation, or the mark of a Watch.
  static constexpr int kGenerationShift = 48;
  static constexpr std::uint64_t kAddressMask = (std::uint64_t{1} << kGenerationShift) - 1;
  static constexpr std::uint16_t kWatchMark = 0xFFFF;

  static std::uint64_t event_key(const void* address, std::uint16_t generation) noexcept;
  static std::uint16_t next_generation(std::uint16_t generation) noexcept;

  int wait(Duration timeout);
  void wait_failed();
  void open();
  void register_watch(Watch& watch);
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

// Inline in the hub's loops: it is the larger part of a turn without much to do.
template <typename H>
[[gnu::always_inline]] inline int Poller::poll(H& hub, Duration timeout) {
  const int count = timeout < Duration::zero()
                        ? detail::wait_epoll(epoll_.get(), events_.data(), kBatch, -1)
                        : wait(timeout);
  if (count <= 0) [[unlikely]] {
    if (count < 0) wait_failed();
    return 0;
  }
  const epoll_event* event = events_.data();
  for (int left = count; left > 0; --left, ++event) {
    const std::uint64_t key = event->data.u64;
    auto& slot = *reinterpret_cast<PollSlot*>(key & kAddressMask);
    const auto generation = static_cast<std::uint16_t>(key >> kGenerationShift);
    // One comparison tells both kinds of exception: a Watch, and a descriptor closed since.
    if (slot.generation != generation) [[unlikely]] {
      handle_watch(key);
      continue;
    }
    const std::uint32_t what = event->events;
    if ((what & ~std::uint32_t{EPOLLIN | EPOLLOUT}) != 0) [[unlikely]] {
      // An end, or an error: whoever reads or writes finds out which. Edges come once: an end that
      // came together with data is remembered, or a reader would wait behind it after a short read.
      slot.read_on = true;
      slot.readable = true;
      if ((what & (EPOLLHUP | EPOLLERR)) != 0) slot.writable = true;
      if (slot.end_hook != nullptr) slot.end_hook->happened(*slot.end_hook, what);
    }
    if ((what & EPOLLIN) != 0) slot.readable = true;
    if ((what & EPOLLOUT) != 0) slot.writable = true;
    // An edge of the other direction may wake as well: whoever waits looks at the flag again.
    if (slot.reader != nullptr && slot.readable) hub.make_ready(*slot.reader);
    if (slot.writer != nullptr && slot.writable) hub.make_ready(*slot.writer);
  }
  return count;
}

}  // namespace gnet
