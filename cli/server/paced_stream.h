// A stream on which nothing goes faster than the limits want.
//
//   gnet::AnyStream paced(std::make_unique<cli::PacedStream>(stream, pacer));
//
// Threads: as the stream below; both have to outlive it.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "cli/server/pace.h"
#include "gnet/io/stream_layer.h"

namespace cli {

class PacedStream final : public gnet::StreamLayer {
 public:
  PacedStream(gnet::ByteStream& stream, Pacer& pacer) : StreamLayer(stream), pacer_(pacer) {}

  std::size_t receive(void* buffer, std::size_t size,
                      gnet::Deadline deadline = gnet::Deadline::never()) override {
    const std::size_t count = below().receive(buffer, std::min(size, pacer_.piece()), deadline);
    pacer_.take(count);
    return count;
  }
  std::size_t send_some(std::string_view data,
                        gnet::Deadline deadline = gnet::Deadline::never()) override {
    const std::size_t count = below().send_some(data.substr(0, pacer_.piece()), deadline);
    pacer_.take(count);
    return count;
  }

 private:
  Pacer& pacer_;
};

}  // namespace cli
