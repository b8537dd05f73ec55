// A stream of which something was received already: that is given first, then what comes.
//
//   gnet::AnyStream whole = gnet::StreamAfter(std::move(stream), "what was read too much");
//
// Once the received bytes are taken whoever wants the concrete stream gets the one below, so that
// nothing stands in the way of pump().
//
// Threads: as the stream below.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/io/any_stream.h"
#include "gnet/io/stream_layer.h"

namespace gnet {

class StreamAfter final : public StreamLayer {
 public:
  StreamAfter(AnyStream stream, std::string received)
      : StreamAfter(stream.release(), std::move(received)) {}
  StreamAfter(StreamAfter&&) noexcept = default;

  std::size_t receive(void* buffer, std::size_t size,
                      Deadline deadline = Deadline::never()) override;
  [[nodiscard]] bool wait_readable(Deadline deadline = Deadline::never()) override {
    return given_ != received_.size() || below().wait_readable(deadline);
  }
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) override {
    below().send_all(data, deadline);
  }
  [[nodiscard]] ByteStream& concrete() noexcept override {
    return given_ != received_.size() ? *this : below().concrete();
  }

 private:
  StreamAfter(std::unique_ptr<ByteStream> stream, std::string received)
      : StreamLayer(*stream), stream_(std::move(stream)), received_(std::move(received)) {}

  std::unique_ptr<ByteStream> stream_;
  std::string received_;
  std::size_t given_ = 0;  // of it
};

}  // namespace gnet
