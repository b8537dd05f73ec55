#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/link/message_link.h"

namespace gnet::link {
namespace {

[[noreturn]] void throw_cut(const ws::Closed& closed) {
  const std::string why = closed.reason.empty() ? "the WebSocket has ended" : closed.reason;
  throw std::system_error(std::make_error_code(std::errc::connection_reset), why);
}

}  // namespace

MessageStream::MessageStream(std::unique_ptr<MessageLink> link, MessageKind kind,
                             std::size_t max_message)
    : link_(std::move(link)), kind_(kind), max_message_(std::max(max_message, std::size_t{1})) {}

// False: the end.
bool MessageStream::fill(Deadline deadline) {
  if (!is_open()) throw_errno(EBADF, "receive");
  while (rest_.empty() && !ended_) {
    const auto message = link_->receive_some(deadline);
    if (message) {
      rest_ = message->data;
      continue;
    }
    if (!is_open()) throw_errno(EBADF, "receive");
    const auto closed = link_->closed();
    if (closed && !closed->clean) throw_cut(*closed);
    ended_ = true;
  }
  return !ended_;
}

std::size_t MessageStream::receive(void* buffer, std::size_t size, Deadline deadline) {
  if (size == 0 || !fill(deadline)) return 0;
  const std::size_t count = std::min(size, rest_.size());
  std::memcpy(buffer, rest_.data(), count);
  rest_.remove_prefix(count);
  return count;
}

std::size_t MessageStream::send_some(std::string_view data, Deadline deadline) {
  if (!is_open()) throw_errno(EBADF, "send");
  if (data.empty()) return 0;
  const std::string_view message = data.substr(0, max_message_);
  link_->send({.data = message, .kind = kind_}, deadline);
  return message.size();
}

void MessageStream::send_all(std::string_view data, Deadline deadline) {
  while (!data.empty()) data.remove_prefix(send_some(data, deadline));
}

void MessageStream::shutdown_send(Deadline deadline) {
  if (!is_open()) throw_errno(EBADF, "shutdown");
  link_->shutdown_send(deadline);
}

bool MessageStream::wait_readable(Deadline deadline) {
  try {
    static_cast<void>(fill(deadline));
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::timed_out && deadline.passed()) return false;
    if (!is_open()) throw;
    // receive() says so, too.
  }
  return true;
}

void MessageStream::close() noexcept {
  if (!is_open()) return;
  open_ = false;
  link_->abort();
}

Endpoint MessageStream::local_endpoint() const {
  return link_->local_endpoint();
}

Endpoint MessageStream::remote_endpoint() const {
  return link_->remote_endpoint();
}

}  // namespace gnet::link
