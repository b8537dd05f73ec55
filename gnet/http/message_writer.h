// Messages as they go over the wire: heads, and the chunks of a body (RFC 9112).
//
//   gnet::http::append_response(out, {.status = 200, .date = date_field(now),
//                                     .framing = {BodyFraming::chunked}, .headers = &headers});
//   gnet::http::append_chunk(out, "hello");
//   gnet::http::append_last_chunk(out);
//
//   gnet::http::append_request(out, {.method = "GET", .target = "/", .host = "example.test"});
//
// All append to `out`. What could be read as more than it is meant to be is not sent: an
// exception names the part, and `out` is as it was.
//
// Threads: functions without state.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gnet/http/body_framing.h"
#include "gnet/http/headers.h"

namespace gnet::http {

// What a response begins with. How long its body is says `framing`, and never a header.
struct ResponseStart {
  int status = 200;                    // 100 to 999
  std::string_view reason = {};        // empty: reason_phrase(status)
  std::string_view date = {};          // of Date, unless the headers have it; empty: none
  std::string_view content_type = {};  // of Content-Type, likewise
  std::string_view connection = {};    // "close", "keep-alive" or "upgrade"; empty: no such field
  // A response without a body says "Content-Length: 0", except for 1xx, 204 and 304. One to HEAD,
  // and a 304, may have the framing of the body that they stand for; it is for the caller not to
  // send that. until_close says nothing.
  BodyFraming framing = {};
  const Headers* headers = nullptr;
};

// The head of a response. Throws std::invalid_argument for a status out of bounds, a body where
// there is none, control characters, and headers that speak of Content-Length or
// Transfer-Encoding.
void append_response(std::string& out, const ResponseStart& start);

namespace detail {

// The same for a caller whose date, content type and connection are its own: they are not looked
// at.
void append_response_with_known_values(std::string& out, const ResponseStart& start);

}  // namespace detail

// What a request begins with.
struct RequestStart {
  std::string_view method = "GET";
  std::string_view target = "/";
  std::string_view host = {};        // of Host, unless the headers have it
  std::string_view connection = {};  // of Connection; empty: no such field
  // Without a body only POST, PUT and PATCH say "Content-Length: 0" (RFC 9110 §8.6).
  BodyFraming framing = {};
  const Headers* headers = nullptr;
};

// The head of a request. Throws as append_response(), and for a method that is no token, a target
// with other than visible ASCII characters or with a fragment, the framing until_close, and unless
// there is one Host, which is well-formed.
void append_request(std::string& out, const RequestStart& start);

// A chunk with this data. Nothing of empty data, which would be the end.
void append_chunk(std::string& out, std::string_view data);

// For data that is sent from where it lies: this goes before it, and kChunkEnd behind. Throws
// std::invalid_argument for a size of 0.
void append_chunk_size(std::string& out, std::uint64_t size);
inline constexpr std::string_view kChunkEnd = "\r\n";

// The end of a chunked body. Throws std::invalid_argument for what may_be_trailer() says no to.
void append_last_chunk(std::string& out);
void append_last_chunk(std::string& out, const Headers& trailers);

}  // namespace gnet::http
