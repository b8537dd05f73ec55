// Answers of any bytes, to a client: it reads them to their end or refuses them, and in whatever
// pieces they come it reads the same.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "gnet/http/client_conversation.h"

using gnet::Deadline;
using gnet::http::detail::ClientConversation;
using gnet::http::detail::ClientTrouble;

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

// All that a client learns, as one text.
std::string read(std::string_view bytes, std::size_t piece, std::string_view method) {
  const gnet::http::ClientOptions options;
  ClientConversation conversation(Recording(bytes, piece), options);
  std::string learned;
  try {
    conversation.ask({.start = {.method = method, .host = "a"}}, Deadline::never());
    learned += std::to_string(conversation.head().status()) + "\n";
    for (auto part = conversation.read_some(); !part.empty(); part = conversation.read_some()) {
      learned += part;
    }
    learned += "\nend";
  } catch (const ClientTrouble& trouble) {
    learned += trouble.what();
    if (conversation.may_stay()) std::abort();
  }
  return learned;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const std::string_view method : {"GET", "HEAD"}) {
    const std::string whole = read(bytes, SIZE_MAX, method);
    if (read(bytes, 1, method) != whole) std::abort();
    if (read(bytes, 7, method) != whole) std::abort();
  }
  return 0;
}
