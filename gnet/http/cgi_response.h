// Reads the head of what a CGI program answers, from bytes that come in any pieces (RFC 3875 §6).
//
// Unlike that of a message its lines may end with LF alone, and a field Status says what a status
// line would. Otherwise it is as strict as ResponseParser: what could become another field, or
// the end of the head that is made of it, is refused. Fields that are a server's own affair
// (Connection, Transfer-Encoding and the like) are left out.
//
//   CGIResponseParser parser;
//   while (parser.parse(buffer) == Parsed::incomplete) buffer += receive();
//   if (parser.refusal()) throw HTTPError(parser.refusal().status, …);
//   parser.response().status;                       // 200
//   buffer.substr(parser.response().head_size);     // the begin of the body
//
// Threads: a value without locks.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gnet/http/head_limits.h"
#include "gnet/http/headers.h"
#include "gnet/http/refusal.h"

namespace gnet::http {

struct CGIResponse {
  int status = 200;  // 200 to 599
  std::string reason{};
  Headers headers{};  // Content-Type and Location among them, but neither Status nor Content-Length
  std::optional<std::uint64_t> content_length{};

  // A path, with a query if there is one, whose answer is to be the answer (§6.2.2); empty: none.
  std::string local_redirect{};

  std::size_t head_size = 0;  // bytes, with the empty line
};

class CGIResponseParser {
 public:
  explicit CGIResponseParser(const HeadLimits& limits = {.start_line = 8 * 1024,
                                                         .head = 32 * 1024,
                                                         .fields = 100}) noexcept
      : limits_(limits) {}

  // All that has come so far. After anything but `incomplete` it says the same again.
  Parsed parse(std::string_view bytes);

  // There is nothing more: a head that is not whole is refused.
  Parsed end();

  // After `complete`.
  [[nodiscard]] const CGIResponse& response() const noexcept { return response_; }

  // After `refused`; its status is 502.
  [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

 private:
  Parsed refuse(std::string_view reason) noexcept;
  Parsed read_line(std::string_view line);
  Parsed read_status(std::string_view value);
  Parsed read_length(std::string_view value);
  Parsed finish();

  HeadLimits limits_;
  CGIResponse response_;
  Refusal refusal_;
  Parsed state_ = Parsed::incomplete;
  std::size_t at_ = 0;        // the begin of the line that is read
  std::size_t searched_ = 0;  // there is no LF before
  std::size_t fields_ = 0;
  bool has_status_ = false;
  bool has_location_ = false;
  bool has_type_ = false;
};

}  // namespace gnet::http
