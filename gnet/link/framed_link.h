// A stream of bytes as a MessageLink: messages are told apart by a framing.
//
//   FramedLink lines(stream, Framing::line);
//   while (const auto message = lines.receive()) use(message->data);
//
// With Framing::raw what comes at once is a message, of at most 64 KiB, and there is no copy.
// What lines and NUL bytes end is taken for text, the rest for binary.
//
// An idle link holds no buffer, but for what has come of a message.
//
// Threads: as its stream.

#pragma once

#include <optional>
#include <string>

#include "gnet/io/buffer_lease.h"
#include "gnet/link/framing.h"
#include "gnet/link/message_link.h"

namespace gnet::link {

class FramedLink final : public MessageLink {
 public:
  // The stream has to outlive it.
  FramedLink(ByteStream& stream, Framing framing, std::size_t max_message = kMaxFramed)
      : stream_(stream), codec_(framing, max_message) {}

  // Throws MessageTooLong, and ConnectionLost for an end within a message.
  [[nodiscard]] std::optional<LinkMessage> receive(Deadline deadline = Deadline::never()) override;
  // Throws MessageTooLong for what the framing has no length for.
  void send(const LinkMessage& message, Deadline deadline = Deadline::never()) override;
  void shutdown_send(Deadline deadline = Deadline::never()) override {
    stream_.shutdown_send(deadline);
  }
  void close(ws::CloseCode code = ws::kNormal, std::string_view reason = {}) override {
    static_cast<void>(code), static_cast<void>(reason);
    stream_.close();
  }
  void abort() noexcept override { stream_.abort(); }
  [[nodiscard]] Endpoint local_endpoint() const override;
  [[nodiscard]] Endpoint remote_endpoint() const override;

  [[nodiscard]] ByteStream& stream() noexcept { return stream_; }

 private:
  [[nodiscard]] MessageKind kind() const noexcept;
  [[nodiscard]] std::string_view fill(Deadline deadline);

  ByteStream& stream_;
  FramingCodec codec_;
  std::optional<BufferLease> buffer_;
  std::string framed_;  // is put together here
  bool ended_ = false;
};

}  // namespace gnet::link
