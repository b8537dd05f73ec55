// The answer to a request, of which the head is there, and the body comes when it is read.
//
//   gnet::http::ClientResponse response = client.get("http://a.test/list");
//   if (response.status() == 200) use(response.read_all(1024 * 1024));
//
//   while (auto piece = response.read_some(); !piece.empty()) file.write_all(piece);
//
// Its connection goes back to the pool with the last byte of the body; one that is dropped before
// is closed, which suspends where the body of the request is still being sent. It may outlive its
// client.
//
// Threads: as the client.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/http/body_framing.h"
#include "gnet/http/field_table.h"
#include "gnet/http/headers.h"
#include "gnet/http/url.h"
#include "gnet/io/any_stream.h"

namespace gnet::http {

namespace detail {
class Exchange;
}

// How long each step took; zero for one that was not needed. Of the last request where there were
// redirects, but for the total.
struct ClientTimings {
  Duration resolve{};
  Duration connect{};
  Duration tls{};
  Duration first_byte{};  // from the start of the request, its connection among it
  Duration total{};       // from the first request to the end of the body, or until now
  bool reused = false;    // the connection was there already
};

// An answer that has led elsewhere.
struct Redirection {
  int status = 0;
  URL from;
};

// What a connection has become after 101.
struct UpgradedStream {
  AnyStream stream;
  std::string received;  // bytes of the new protocol that came with the head
};

class ClientResponse {
 public:
  explicit ClientResponse(std::unique_ptr<detail::Exchange> exchange) noexcept;  // for Client
  ClientResponse(ClientResponse&&) noexcept;
  ClientResponse& operator=(ClientResponse&&) noexcept;
  ~ClientResponse();

  [[nodiscard]] int status() const noexcept;
  // As it was sent; may be empty.
  [[nodiscard]] std::string_view reason() const noexcept;
  [[nodiscard]] int minor_version() const noexcept;  // of HTTP/1.x
  [[nodiscard]] const Headers& headers() const noexcept;
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
  [[nodiscard]] BodyFraming framing() const noexcept;

  // The body came compressed, and is decoded: headers() speaks of what came.
  [[nodiscard]] bool is_decoded() const noexcept;

  // Whose answer it is: the last URL, where there were redirects, and those before it.
  [[nodiscard]] const URL& url() const noexcept;
  [[nodiscard]] const std::vector<Redirection>& redirects() const noexcept;
  // The other end of the connection, a proxy perhaps; empty if that is not known.
  [[nodiscard]] const std::string& peer() const noexcept;
  [[nodiscard]] ClientTimings timings() const;

  // ---- the body ----

  // The next piece, of whatever size it came in; empty at its end. Valid until the next call.
  // Suspends. Throws ClientError: lost, timeout, protocol, limit.
  [[nodiscard]] std::string_view read_some();

  // All of the rest. Throws as read_some(), and ClientError (limit) if that is more than `most`
  // bytes.
  [[nodiscard]] std::string read_all(std::size_t most = 16 * 1024 * 1024);

  // Bytes of the body that have come so far, over the wire.
  [[nodiscard]] std::uint64_t received() const noexcept;

  // Of a chunked body that was read to its end.
  [[nodiscard]] const Headers& trailers() const noexcept;

  // ---- after 101, and after 2xx to CONNECT ----

  // The connection itself, once. Throws Misuse after any other answer.
  [[nodiscard]] UpgradedStream take_stream();

 private:
  std::unique_ptr<detail::Exchange> exchange_;
};

}  // namespace gnet::http
