#include "gnet/io/peer_watch.h"

#include <poll.h>

#include <system_error>

#include "gnet/base/error.h"

namespace gnet::detail {
namespace {

PollSlot& slot_of(Socket& socket) {
  if (!socket.is_open()) {
    throw SystemError(make_error_code(std::errc::bad_file_descriptor), "watch the peer");
  }
  PollSlot& slot = socket.poll_slot();
  if (slot.end_hook != nullptr) throw Misuse("the peer of this socket is watched already");
  return slot;
}

}  // namespace

PeerWatchBase::PeerWatchBase(Socket& socket, Tell tell)
    : EndHook{happened},
      slot_(slot_of(socket)),
      generation_(slot_.generation),
      fd_(socket.native_handle()),
      tell_(tell) {
  slot_.end_hook = this;
}

PeerWatchBase::~PeerWatchBase() {
  if (slot_.end_hook == this) slot_.end_hook = nullptr;
}

void PeerWatchBase::tell_what_was() {
  if (!slot_.read_on) return;  // no end, and no error, has been seen
  pollfd seen{fd_, POLLRDHUP, 0};
  if (::poll(&seen, 1, 0) == 1) happened(*this, static_cast<std::uint32_t>(seen.revents));
}

// The bits of poll() and of epoll are the same.
void PeerWatchBase::happened(EndHook& hook, std::uint32_t events) noexcept {
  auto& watch = static_cast<PeerWatchBase&>(hook);
  if (watch.slot_.generation != watch.generation_) return;
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) return watch.tell_(watch, PeerChange::gone);
  if ((events & EPOLLRDHUP) != 0) watch.tell_(watch, PeerChange::ended);
}

}  // namespace gnet::detail
