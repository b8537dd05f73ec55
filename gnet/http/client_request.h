// A request that a client makes.
//
//   client.request({.method = "PUT", .url = gnet::http::URL("http://a.test/x"), .body = "text"});
//
//   gnet::http::ClientRequest upload{.method = "POST", .url = url};
//   upload.source = [&]() -> std::string_view { return next_piece(); };   // streamed, in chunks
//   client.request(std::move(upload));
//
// Threads: as the source.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gnet/base/duration.h"
#include "gnet/base/unique_function.h"
#include "gnet/http/headers.h"
#include "gnet/http/url.h"

namespace gnet::http {

struct ClientRequest {
  std::string method = "GET";
  // http, https, ws or wss. A user and a password in it become Authorization: Basic.
  URL url;
  // How long the body is and whether the connection stays is said without them, and so are Host,
  // User-Agent and Accept-Encoding unless they are here. With an Upgrade field, and no body, the
  // answer may be 101: see ClientResponse::take_stream().
  Headers headers = {};

  // ---- the body: one of both ----

  std::string body = {};

  // The next piece, which is valid until the next call; empty: that was all. May suspend; what it
  // throws ends the request. Called by a fiber of the client, which goes on while the answer is
  // read, until its end; after an answer that is no 2xx nobody asks for more.
  UniqueFunction<std::string_view()> source = {};
  // How many bytes that will be, if that is known; otherwise it goes in chunks. A source that gives
  // less, or more with its last piece, is at fault, which is thrown as a std::runtime_error.
  std::optional<std::uint64_t> source_size = std::nullopt;
  // Has the source begin anew, for redirects and retries. Without it a body is sent once: a
  // redirect that wants it again is an answer like others.
  UniqueFunction<void()> rewind = {};

  // Instead of the client's, to the end of the answer's body; 0: none.
  std::optional<TimeSpan> timeout = std::nullopt;
};

}  // namespace gnet::http
