// Reads the head of an HTTP/1.x request from bytes that come in any pieces (RFC 9112).
//
// It copies nothing: what it has found lies in the bytes that it was given. It is strict: where two
// readers of a request could differ about where it ends or what it is for, it is refused, with the
// status to answer. It allocates nothing after the first request.
//
//   RequestParser parser;
//   while (parser.parse(buffer) == Parsed::incomplete) buffer += receive();
//   if (parser.refusal()) return answer(parser.refusal());
//   const RequestHead& head = parser.head();
//   handle(head.method(), head.target(), head.fields().find(FieldName::cookie));
//   buffer.remove_prefix(head.size());     // the body, see BodyDecoder, or the next request
//   parser.reset();
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

// How a request says what it is about (RFC 9112 §3.2).
enum class TargetForm : std::uint8_t {
  origin,     // "/path?query"
  absolute,   // "http://host/path?query"
  authority,  // "host:port", of CONNECT only
  asterisk,   // "*", of OPTIONS only
};

// All views are valid for as long as the bytes that were parsed stay where they are.
class RequestHead {
 public:
  [[nodiscard]] std::string_view method() const noexcept { return view(method_); }
  [[nodiscard]] std::string_view target() const noexcept { return view(target_); }
  [[nodiscard]] TargetForm target_form() const noexcept { return form_; }

  // Of the target, as they were written: the path, which is "/" where the absolute form has none
  // and empty in the two other forms; what is behind the '?', and whether there is one.
  [[nodiscard]] std::string_view path() const noexcept {
    return path_.size == 0 && form_ == TargetForm::absolute ? "/" : view(path_);
  }
  [[nodiscard]] std::string_view query() const noexcept { return view(query_); }
  [[nodiscard]] bool has_query() const noexcept { return has_query_; }

  // "host" or "host:port", which is that of the target where it has one, and else the Host field;
  // empty in a request of HTTP/1.0 without either. Its syntax is right.
  [[nodiscard]] std::string_view authority() const noexcept;

  // 1 for HTTP/1.1 and what comes after, 0 for HTTP/1.0.
  [[nodiscard]] int minor_version() const noexcept { return minor_version_; }

  [[nodiscard]] const FieldTable& fields() const noexcept { return *fields_; }
  [[nodiscard]] BodyFraming framing() const noexcept { return facts_.framing; }

  // Whether the client wants the connection to stay.
  [[nodiscard]] bool keep_alive() const noexcept {
    return !facts_.close && (minor_version_ == 1 || facts_.keep_alive);
  }

  // The client waits for a 100 before it sends the body, or until it loses patience.
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }

  // What Upgrade offers, if Connection says that it is meant for this server; else empty.
  [[nodiscard]] std::string_view upgrade() const noexcept;

  // How many bytes the head has, with its empty line.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  friend class RequestParser;

  struct Span {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
  };
  [[nodiscard]] std::string_view view(Span span) const noexcept {
    return {base_ + span.at, span.size};
  }

  const char* base_ = nullptr;
  const FieldTable* fields_ = nullptr;
  std::size_t size_ = 0;
  Span method_;
  Span target_;
  Span path_;
  Span query_;
  Span authority_;  // of the target
  detail::MessageFacts facts_;
  TargetForm form_ = TargetForm::origin;
  std::uint8_t minor_version_ = 1;
  bool has_query_ = false;
  bool expects_continue_ = false;
};

class RequestParser {
 public:
  explicit RequestParser(const HeadLimits& limits = {}) noexcept : scanner_(limits) {}
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // `bytes`: all that have come since the begin of the request, and what is behind it, if anything
  // is. They may lie elsewhere at each call. Bytes that were looked at are not looked at again, but
  // for those of a line that was not whole. After `complete` or `refused` the answer stays.
  Parsed parse(std::string_view bytes);

  // After `complete`.
  [[nodiscard]] const RequestHead& head() const noexcept { return head_; }

  // After `refused`: 400, 414, 417, 431, 501 or 505, and why.
  [[nodiscard]] const Refusal& refusal() const noexcept { return scanner_.refusal; }

  // True once a byte of a request has come, empty lines before it not counted.
  [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }

  // For the next request.
  void reset() noexcept;

 private:
  Parsed read(std::string_view bytes);
  Parsed skip_empty_line(std::string_view bytes);
  Parsed read_request_line(std::string_view bytes);
  Parsed read_version(const char* at, const char* end);
  bool read_target(std::string_view target, std::size_t question);
  bool read_absolute(std::string_view& target);
  Parsed conclude();
  [[nodiscard]] RequestHead::Span span(std::string_view text) const noexcept;
  bool refuse(int status, std::string_view reason) noexcept;

  detail::HeadScanner scanner_;
  RequestHead head_;
  Parsed state_ = Parsed::incomplete;
  bool has_begun_ = false;
  bool skipped_ = false;  // an empty line before the request
};

// Whether this is "host" or "host:port" of an http URL: a name or an address that may stand there,
// and a port up to 65535 (RFC 9110 §4.2).
[[nodiscard]] bool is_authority(std::string_view text) noexcept;

}  // namespace gnet::http
