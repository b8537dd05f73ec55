// Servers that are asked for TLS and say any bytes: each protocol comes to an end, and in whatever
// pieces they come it is the same one.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "gnet/link/start_tls.h"

using gnet::Deadline;
using gnet::link::StartTLS;

namespace {

// A server that says these bytes, so many at a time, and goes.
class Recording final : public gnet::ByteStream {
 public:
  Recording(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}

  std::size_t receive(void* buffer, std::size_t size, Deadline) override {
    const std::size_t count = std::min({size, piece_, rest_.size()});
    std::memcpy(buffer, rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }
  std::size_t send_some(std::string_view data, Deadline) override { return data.size(); }
  void send_all(std::string_view, Deadline) override {}
  void shutdown_send(Deadline) override {}
  [[nodiscard]] bool wait_readable(Deadline) override { return true; }
  void close() noexcept override { open_ = false; }
  void abort() noexcept override { open_ = false; }
  [[nodiscard]] bool is_open() const noexcept override { return open_; }
  [[nodiscard]] gnet::Endpoint local_endpoint() const override { return "127.0.0.1:1"; }
  [[nodiscard]] gnet::Endpoint remote_endpoint() const override { return "127.0.0.1:2"; }

 private:
  std::string_view rest_;
  std::size_t piece_;
  bool open_ = true;
};

std::string outcome(std::string_view bytes, std::size_t piece, StartTLS protocol) {
  Recording stream(bytes, piece);
  try {
    gnet::link::start_tls(stream, protocol, "a.test", Deadline::never());
  } catch (const gnet::link::StartTLSError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto protocol = static_cast<StartTLS>(data[0] % 8);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = outcome(bytes, 1 << 20, protocol);
  const std::string pieces = outcome(bytes, 3, protocol);
  // What comes behind the consent is seen only if it came along with it.
  const auto in_the_clear = [](const std::string& text) {
    return text.find("in the clear") != std::string::npos;
  };
  if (whole != pieces && !(in_the_clear(whole) && (pieces.empty() || in_the_clear(pieces)))) {
    std::abort();
  }
  return 0;
}
