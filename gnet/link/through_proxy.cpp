#include "gnet/link/through_proxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "gnet/http/auth.h"
#include "gnet/http/client_conversation.h"
#include "gnet/http/client_error.h"
#include "gnet/http/headers.h"
#include "gnet/http/status.h"
#include "gnet/io/stream_layer.h"

namespace gnet::link {
namespace {

using http::ClientError;
using http::ClientFailure;

std::string target_of(const Endpoint& endpoint) {
  const std::string& host = endpoint.target_host();
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", endpoint.target_port());
}

[[noreturn]] void refuse(const Endpoint& endpoint, std::string_view why) {
  throw ClientError(ClientFailure::protocol, {}, endpoint.to_string(),
                    fmt::format("proxy {} {}", endpoint.short_name(), why));
}

struct Held {
  AnyStream own;
  std::string early;
};

// What came with the proxy's answer is the other side's, which may speak first.
class EarlyBytes final : private Held, public StreamLayer {
 public:
  EarlyBytes(AnyStream stream, std::string bytes)
      : Held{std::move(stream), std::move(bytes)}, StreamLayer(own) {}

  std::size_t receive(void* buffer, std::size_t size, Deadline deadline) override {
    if (early.empty()) return below().receive(buffer, size, deadline);
    const std::size_t count = std::min(size, early.size());
    std::memcpy(buffer, early.data(), count);
    early.erase(0, count);
    return count;
  }
  bool wait_readable(Deadline deadline) override {
    return !early.empty() || below().wait_readable(deadline);
  }
};

// RFC 9110 §9.3.6.
AnyStream by_http(AnyStream stream, const Endpoint& endpoint, Deadline deadline) {
  const std::string target = target_of(endpoint);
  http::Headers headers;
  if (!endpoint.user().empty()) {
    headers.set("Proxy-Authorization",
                http::basic_authorization(endpoint.user(), endpoint.password()));
  }
  const http::ClientOptions options;
  http::detail::ClientConversation conversation(std::move(stream), options);
  try {
    conversation.ask(
        {.start = {.method = "CONNECT", .target = target, .host = target, .headers = &headers}},
        deadline);
  } catch (const http::detail::ClientTrouble& trouble) {
    throw ClientError(trouble.failure, trouble.code, endpoint.to_string(),
                      fmt::format("proxy {}: {}", endpoint.short_name(), trouble.what()));
  }
  if (!conversation.is_tunnel()) {
    const int status = conversation.head().status();
    refuse(endpoint, fmt::format("refuses: {} {}", status, http::reason_phrase(status)));
  }
  http::UpgradedStream way = conversation.take_stream();
  if (way.received.empty()) return std::move(way.stream);
  return AnyStream(std::make_unique<EarlyBytes>(std::move(way.stream), std::move(way.received)));
}

}  // namespace

AnyStream through_proxy(AnyStream stream, const Endpoint& endpoint, Deadline deadline) {
  if (endpoint.proxy() == Layer::connect) return by_http(std::move(stream), endpoint, deadline);
  throw BadEndpoint(endpoint.url(), "SOCKS is not spoken yet");
}

}  // namespace gnet::link
