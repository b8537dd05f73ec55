#include "commands/bridge_end.h"

#include <poll.h>

#include <exception>
#include <system_error>

#include "gnet/fiber/fiber.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/socket.h"

namespace commands {
namespace {

using gnet::link::FramedLink;
using gnet::link::Framing;
using gnet::link::MessageLink;

constexpr gnet::Duration kFarewell = std::chrono::seconds(1);
constexpr std::size_t kAtOnce = 64 * 1024;

// What still comes is dropped, until the peer has ended too: closing before would reset the
// connection, and what the peer has not read yet be lost.
void say_farewell(gnet::AnyStream& stream) {
  try {
    const gnet::Deadline deadline(kFarewell);
    stream.shutdown_send(deadline);
    const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kAtOnce);
    // Some have something to say for ever, and never wait for it.
    while (!deadline.passed() && stream.receive(buffer.data(), buffer.size(), deadline) > 0) {
      gnet::yield();
    }
  } catch (const std::system_error&) {
    // It took too long, or the peer has gone.
  }
}

gnet::SocketAddress address_of(const gnet::Endpoint& endpoint) {
  if (endpoint.is_unix()) return gnet::SocketAddress::unix_path(endpoint.path());
  if (const auto address = endpoint.address()) return {*address, endpoint.port()};
  return {};
}

}  // namespace

BridgeEnd::BridgeEnd(gnet::link::Peer& peer, const gnet::Endpoint& here)
    : name_(peer.endpoint().to_string()), has_come_(true), is_ws_(here.is_ws()) {
  if (peer.has_messages()) {
    messages_ = &peer.messages();
  } else {
    stream_ = &peer.stream();
  }
  client_.client = address_of(peer.endpoint());
  try {
    client_.server =
        address_of(messages_ != nullptr ? messages_->local_endpoint() : stream_->local_endpoint());
  } catch (const std::system_error&) {
    // It has gone already.
  }
}

BridgeEnd BridgeEnd::open(const cli::Dialler& dialler, const cli::OnBehalfOf* whom) {
  BridgeEnd end;
  const gnet::Endpoint& endpoint = dialler.endpoint();
  end.name_ = endpoint.to_string();
  end.is_program_ = endpoint.transport() == gnet::Transport::exec ||
                    endpoint.transport() == gnet::Transport::shell;
  if (endpoint.has_messages()) {
    end.own_messages_ = dialler.open_messages(whom);
    end.messages_ = end.own_messages_.get();
    end.is_ws_ = endpoint.is_ws();
  } else {
    end.own_stream_ = std::make_unique<gnet::AnyStream>(
        dialler.open_stream(gnet::link::MessageKind::binary, whom));
    end.stream_ = end.own_stream_.get();
  }
  return end;
}

MessageLink& BridgeEnd::messages(Framing framing) {
  if (messages_ != nullptr) return *messages_;
  if (!framed_) framed_ = std::make_unique<FramedLink>(*stream_, framing);
  return *framed_;
}

gnet::SocketAddress BridgeEnd::address() const {
  try {
    return address_of(messages_ != nullptr ? messages_->remote_endpoint()
                                           : stream_->remote_endpoint());
  } catch (const std::exception&) {
    // A program or a file has none; nor has a connection that is gone already.
    return {};
  }
}

std::optional<gnet::ws::Closed> BridgeEnd::closed() const {
  return messages_ != nullptr ? messages_->closed() : std::nullopt;
}

bool BridgeEnd::has_gone() {
  if (stream_ == nullptr) return closed().has_value();
  gnet::Socket* const socket = stream_->lowest_socket();
  if (socket == nullptr || !socket->is_open()) return true;
  pollfd seen{socket->native_handle(), POLLRDHUP, 0};
  return ::poll(&seen, 1, 0) != 0;
}

void BridgeEnd::close(gnet::ws::CloseCode code, std::string_view reason, bool complete) {
  if (messages_ != nullptr) return messages_->close(code, reason);
  // What is left of standard input, or of a file, is not ours to drop.
  const bool has_peer = stream_->lowest_socket() != nullptr || is_program_;
  if (!complete && has_peer && stream_->is_open()) say_farewell(*stream_);
  stream_->close();
}

void BridgeEnd::abort() noexcept {
  if (messages_ != nullptr) return messages_->abort();
  stream_->abort();
}

}  // namespace commands
