// Reads the head of an HTTP/1.x response from bytes that come in any pieces (RFC 9112).
//
// As strict as RequestParser, and as sparing. What a head of 1xx is followed by is another head.
//
//   ResponseParser parser;
//   while (parser.parse(buffer) == Parsed::incomplete) buffer += receive();
//   if (parser.refusal()) throw BadResponse(parser.refusal().reason);
//   parser.head().status();                   // 200
//   parser.head().framing("GET");             // how long the body is
//
// Threads: a value without locks.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gnet/http/body_framing.h"
#include "gnet/http/field_table.h"
#include "gnet/http/head_limits.h"
#include "gnet/http/head_scanner.h"
#include "gnet/http/refusal.h"

namespace gnet::http {

// All views are valid for as long as the bytes that were parsed stay where they are.
class ResponseHead {
 public:
  [[nodiscard]] int status() const noexcept { return status_; }  // 100 to 599
  [[nodiscard]] std::string_view reason() const noexcept {       // may be empty
    return {base_ + reason_at_, reason_size_};
  }

  // 1 for HTTP/1.1 and what comes after, 0 for HTTP/1.0.
  [[nodiscard]] int minor_version() const noexcept { return minor_version_; }

  [[nodiscard]] const FieldTable& fields() const noexcept { return *fields_; }

  // How long the body is: that of a response to a request of this method (RFC 9112 §6.3). None
  // where the connection becomes a tunnel: after 101, and 2xx to CONNECT.
  [[nodiscard]] BodyFraming framing(std::string_view method) const noexcept;

  // 1xx but for 101: the response is yet to come.
  [[nodiscard]] bool is_interim() const noexcept { return status_ < 200 && status_ != 101; }

  // Whether the server lets the connection stay, if the body's end is known: see framing().
  [[nodiscard]] bool keep_alive() const noexcept {
    return !facts_.close && (minor_version_ == 1 || facts_.keep_alive);
  }

  // What the server changes to, or offers: Upgrade, if Connection names it; else empty.
  [[nodiscard]] std::string_view upgrade() const noexcept;

  // How many bytes the head has, with its empty line.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  friend class ResponseParser;

  const char* base_ = nullptr;
  const FieldTable* fields_ = nullptr;
  std::size_t size_ = 0;
  std::uint32_t reason_at_ = 0;
  std::uint32_t reason_size_ = 0;
  detail::MessageFacts facts_;
  int status_ = 0;
  std::uint8_t minor_version_ = 1;
};

class ResponseParser {
 public:
  explicit ResponseParser(const HeadLimits& limits = {}) noexcept : scanner_(limits) {}
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // As RequestParser::parse().
  Parsed parse(std::string_view bytes);

  // After `complete`.
  [[nodiscard]] const ResponseHead& head() const noexcept { return head_; }

  // After `refused`. Its status is one that a proxy could answer with: 502.
  [[nodiscard]] const Refusal& refusal() const noexcept { return scanner_.refusal; }

  // True once a byte has come.
  [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }

  // For the next response.
  void reset() noexcept;

 private:
  Parsed read(std::string_view bytes);
  Parsed read_status_line(std::string_view bytes);
  Parsed refuse(std::string_view reason) noexcept { return scanner_.refuse(502, reason); }

  detail::HeadScanner scanner_;
  ResponseHead head_;
  Parsed state_ = Parsed::incomplete;
  bool has_begun_ = false;
};

}  // namespace gnet::http
