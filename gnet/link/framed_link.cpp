#include "gnet/link/framed_link.h"

#include "gnet/base/error.h"
#include "gnet/io/start_of_wait.h"

namespace gnet::link {
namespace {

constexpr std::size_t kAtOnce = 64 * 1024;

}  // namespace

MessageKind FramedLink::kind() const noexcept {
  const Framing framing = codec_.framing();
  return framing == Framing::line || framing == Framing::null ? MessageKind::text
                                                              : MessageKind::binary;
}

// The next bytes; empty at the end. They are in buffer_.
std::string_view FramedLink::fill(Deadline deadline) {
  const TimePoint since = gnet::detail::start_of_wait(deadline);
  buffer_.reset();
  if (!stream_.wait_readable(deadline)) throw_timed_out("receive", since);
  buffer_.emplace(gnet::detail::Scheduler::current(), kAtOnce);
  return {buffer_->data(), stream_.receive(buffer_->data(), kAtOnce, deadline)};
}

std::optional<LinkMessage> FramedLink::receive(Deadline deadline) {
  while (!ended_) {
    if (const auto message = codec_.next()) return LinkMessage{*message, kind()};
    const std::string_view bytes = fill(deadline);
    if (bytes.empty()) {
      ended_ = true;
      buffer_.reset();
      if (const auto message = codec_.last()) return LinkMessage{*message, kind()};
    } else if (codec_.framing() == Framing::raw) {
      return LinkMessage{bytes, MessageKind::binary};
    } else {
      codec_.feed(bytes);
      buffer_.reset();
    }
  }
  return std::nullopt;
}

void FramedLink::send(const LinkMessage& message, Deadline deadline) {
  if (codec_.framing() == Framing::raw) return stream_.send_all(message.data, deadline);
  framed_.clear();
  codec_.append(message.data, framed_);
  stream_.send_all(framed_, deadline);
  if (framed_.capacity() > kAtOnce) std::string().swap(framed_);
}

Endpoint FramedLink::local_endpoint() const {
  return stream_.local_endpoint();
}

Endpoint FramedLink::remote_endpoint() const {
  return stream_.remote_endpoint();
}

}  // namespace gnet::link
