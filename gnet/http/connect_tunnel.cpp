#include "gnet/http/connect_tunnel.h"

#include <fmt/format.h>

#include <utility>

#include "gnet/base/error.h"
#include "gnet/http/message_writer.h"
#include "gnet/http/response_parser.h"
#include "gnet/http/status.h"
#include "gnet/io/stream_after.h"
#include "gnet/proxy/proxy_error.h"

namespace gnet::http {
namespace {

constexpr std::size_t kPiece = 1024;           // received at a time
constexpr std::size_t kMostHeads = 16 * 1024;  // of the answer, and of what comes before it
constexpr const char* kNoHTTP = "the proxy does not speak HTTP";

std::string question(std::string_view target, const TunnelOptions& options) {
  Headers headers;
  if (!options.user_agent.empty()) headers.set("User-Agent", options.user_agent);
  if (!options.authorization.empty()) headers.set("Proxy-Authorization", options.authorization);
  std::string bytes;
  append_request(bytes,
                 {.method = "CONNECT", .target = target, .host = target, .headers = &headers});
  return bytes;
}

void receive_more(ByteStream& stream, std::string& bytes, Deadline deadline) {
  const std::size_t before = bytes.size();
  if (before >= kMostHeads) {
    throw proxy::ProxyError(proxy::ProxyError::malformed, "the answer of the proxy has no end");
  }
  bytes.resize(before + kPiece);
  const std::size_t count = stream.receive(bytes.data() + before, kPiece, deadline);
  bytes.resize(before + count);
  if (count == 0) throw ConnectionLost("the proxy closed the connection without an answer");
}

// The status of the answer; `bytes` is what came behind it.
int read_answer(ByteStream& stream, std::string& bytes, Deadline deadline) {
  for (;;) {
    ResponseParser parser({.head = kMostHeads});
    Parsed parsed = Parsed::incomplete;
    while (bytes.empty() || (parsed = parser.parse(bytes)) == Parsed::incomplete) {
      receive_more(stream, bytes, deadline);
    }
    if (parsed == Parsed::refused) {
      throw proxy::ProxyError(proxy::ProxyError::malformed,
                              fmt::format("{}: {}", kNoHTTP, parser.refusal().reason));
    }
    const ResponseHead& head = parser.head();
    const int status = head.status();
    const bool interim = head.is_interim();
    bytes.erase(0, head.size());
    if (!interim) return status;
  }
}

}  // namespace

AnyStream connect_tunnel(AnyStream stream, std::string_view target, const TunnelOptions& options,
                         Deadline deadline) {
  stream.send_all(question(target, options), deadline);
  std::string bytes;
  const int status = read_answer(stream, bytes, deadline);
  if (status / 100 != 2) {
    const auto kind = status == 407 ? proxy::ProxyError::login : proxy::ProxyError::refused;
    throw proxy::ProxyError(kind,
                            fmt::format("the proxy refuses: {} {}", status, reason_phrase(status)));
  }
  if (bytes.empty()) return stream;
  return StreamAfter(std::move(stream), std::move(bytes));
}

}  // namespace gnet::http
