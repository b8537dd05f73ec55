#include "cli/server/http_session.h"

#include <algorithm>
#include <memory>
#include <string_view>

namespace cli {
namespace {

// A stream on which nothing goes faster than the limits want.
class PacedStream final : public gnet::ByteStream {
 public:
  PacedStream(gnet::ByteStream& stream, Pacer& pacer) : stream_(stream), pacer_(pacer) {}

  std::size_t receive(void* buffer, std::size_t size, gnet::Deadline deadline) override {
    const std::size_t count = stream_.receive(buffer, std::min(size, pacer_.piece()), deadline);
    pacer_.take(count);
    return count;
  }
  std::size_t send_some(std::string_view data, gnet::Deadline deadline) override {
    const std::size_t count = stream_.send_some(data.substr(0, pacer_.piece()), deadline);
    pacer_.take(count);
    return count;
  }
  void send_all(std::string_view data, gnet::Deadline deadline) override {
    while (!data.empty()) data.remove_prefix(send_some(data, deadline));
  }
  void shutdown_send(gnet::Deadline deadline) override { stream_.shutdown_send(deadline); }
  bool wait_readable(gnet::Deadline deadline) override { return stream_.wait_readable(deadline); }
  void close() noexcept override { stream_.close(); }
  void abort() noexcept override { stream_.abort(); }
  [[nodiscard]] bool is_open() const noexcept override { return stream_.is_open(); }
  [[nodiscard]] gnet::Endpoint local_endpoint() const override { return stream_.local_endpoint(); }
  [[nodiscard]] gnet::Endpoint remote_endpoint() const override {
    return stream_.remote_endpoint();
  }
  [[nodiscard]] gnet::Socket* lowest_socket() noexcept override { return stream_.lowest_socket(); }

 private:
  gnet::ByteStream& stream_;
  Pacer& pacer_;
};

}  // namespace

void HTTPSession::converse(gnet::AnyStream& stream, const gnet::Endpoint& peer) {
  if (!pacer_.limited()) return HTTPConnection::converse(stream, peer);
  gnet::AnyStream paced(std::make_unique<PacedStream>(stream, pacer_));
  HTTPConnection::converse(paced, peer);
}

}  // namespace cli
