// The stream of a connection that has left HTTP: first what had come behind the request already,
// then what comes.
//
// It keeps the head of the request, which lay in a buffer that an upgraded connection does not
// need any more.
//
// Threads: as the stream below.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gnet/http/server_conversation.h"
#include "gnet/io/stream_layer.h"

namespace gnet::http::detail {

class ServerTunnel final : public StreamLayer {
 public:
  ServerTunnel(ServerConversation& conversation, ByteStream& stream, std::string_view head,
               std::string_view behind)
      : StreamLayer(stream), conversation_(conversation), head_(head), behind_(behind) {}

  [[nodiscard]] std::string_view head() const noexcept { return head_; }

  std::size_t receive(void* buffer, std::size_t size, Deadline deadline) override;
  std::size_t send_some(std::string_view data, Deadline deadline) override {
    return conversation_.on_stream([&] { return below().send_some(data, deadline); });
  }
  void shutdown_send(Deadline deadline) override {
    conversation_.on_stream([&] { below().shutdown_send(deadline); });
  }
  bool wait_readable(Deadline deadline) override {
    if (has_behind()) return true;
    return conversation_.on_stream([&] { return below().wait_readable(deadline); });
  }

  // Whoever goes around this one would miss what it has.
  [[nodiscard]] ByteStream& concrete() noexcept override {
    return has_behind() ? *this : below().concrete();
  }

 private:
  [[nodiscard]] bool has_behind() const noexcept { return given_ != behind_.size(); }

  ServerConversation& conversation_;
  const std::string head_;
  std::string behind_;
  std::size_t given_ = 0;  // of it
};

}  // namespace gnet::http::detail
