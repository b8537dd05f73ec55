// A stream that lies on another one and hands on all that it does not do in its own way.
//
//   // Everything that is sent, in capitals.
//   class Loud final : public gnet::StreamLayer {
//    public:
//     using StreamLayer::StreamLayer;
//     std::size_t send_some(std::string_view data, gnet::Deadline deadline) override {
//       return below().send_some(to_upper(data), deadline);
//     }
//   };
//
// send_all() sends what send_some() takes, until all is sent, and so does send_file_some() with
// what it reads. Nobody goes around a layer (concrete()), unless it overrides that.
//
// Threads: as the stream below, which has to outlive it.

#pragma once

#include <cstddef>
#include <string_view>

#include "gnet/io/byte_stream.h"

namespace gnet {

class StreamLayer : public ByteStream {
 public:
  explicit StreamLayer(ByteStream& below) noexcept : below_(below) {}

  std::size_t receive(void* buffer, std::size_t size,
                      Deadline deadline = Deadline::never()) override {
    return below_.receive(buffer, size, deadline);
  }
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) override {
    return below_.send_some(data, deadline);
  }
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) override {
    while (!data.empty()) data.remove_prefix(send_some(data, deadline));
  }
  void shutdown_send(Deadline deadline = Deadline::never()) override {
    below_.shutdown_send(deadline);
  }
  [[nodiscard]] bool wait_readable(Deadline deadline = Deadline::never()) override {
    return below_.wait_readable(deadline);
  }
  void close() noexcept override { below_.close(); }
  void abort() noexcept override { below_.abort(); }
  [[nodiscard]] bool is_open() const noexcept override { return below_.is_open(); }
  [[nodiscard]] Endpoint local_endpoint() const override { return below_.local_endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() const override { return below_.remote_endpoint(); }
  [[nodiscard]] Socket* lowest_socket() noexcept override { return below_.lowest_socket(); }

 protected:
  [[nodiscard]] ByteStream& below() const noexcept { return below_; }

 private:
  ByteStream& below_;
};

}  // namespace gnet
