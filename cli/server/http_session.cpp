#include "cli/server/http_session.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "gnet/io/stream_layer.h"

namespace cli {
namespace {

// A stream on which nothing goes faster than the limits want.
class PacedStream final : public gnet::StreamLayer {
 public:
  PacedStream(gnet::ByteStream& stream, Pacer& pacer) : StreamLayer(stream), pacer_(pacer) {}

  std::size_t receive(void* buffer, std::size_t size, gnet::Deadline deadline) override {
    const std::size_t count = below().receive(buffer, std::min(size, pacer_.piece()), deadline);
    pacer_.take(count);
    return count;
  }
  std::size_t send_some(std::string_view data, gnet::Deadline deadline) override {
    const std::size_t count = below().send_some(data.substr(0, pacer_.piece()), deadline);
    pacer_.take(count);
    return count;
  }

 private:
  Pacer& pacer_;
};

}  // namespace

void HTTPSession::converse(gnet::AnyStream& stream, const gnet::Endpoint& peer) {
  if (!pacer_.limited()) return HTTPConnection::converse(stream, peer);
  gnet::AnyStream paced(std::make_unique<PacedStream>(stream, pacer_));
  HTTPConnection::converse(paced, peer);
}

}  // namespace cli
