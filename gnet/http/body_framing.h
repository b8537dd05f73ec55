// How long the body of a message is (RFC 9112 §6.3).
//
//   if (head.framing() == BodyFraming{BodyFraming::length, 5}) expect_five_bytes();
//
// Threads: a value.

#pragma once

#include <cstdint>

namespace gnet::http {

struct BodyFraming {
  enum Kind : std::uint8_t {
    none,         // there is no body
    length,       // `size` bytes, of which there may be none
    chunked,      // in chunks, with trailers behind
    until_close,  // what comes until the peer ends its side; of responses only
  };

  Kind kind = none;
  std::uint64_t size = 0;

  [[nodiscard]] bool has_body() const noexcept {
    return kind != none && (kind != length || size != 0);
  }

  friend bool operator==(const BodyFraming&, const BodyFraming&) = default;
};

}  // namespace gnet::http
