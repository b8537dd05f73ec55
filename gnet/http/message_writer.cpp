#include "gnet/http/message_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <initializer_list>
#include <stdexcept>

#include "gnet/base/shorten.h"
#include "gnet/base/utf8.h"
#include "gnet/http/field_text.h"
#include "gnet/http/head_scanner.h"
#include "gnet/http/request_parser.h"
#include "gnet/http/scanner.h"
#include "gnet/http/status.h"
#include "gnet/http/trailer.h"

namespace gnet::http {
namespace {

// Digits in a place of their own.
struct Digits {
  explicit Digits(std::uint64_t value, int base = 10) noexcept {
    const auto result = std::to_chars(text.data(), text.data() + text.size(), value, base);
    size = static_cast<std::size_t>(result.ptr - text.data());
  }
  [[nodiscard]] std::string_view view() const noexcept { return {text.data(), size}; }

  std::array<char, 20> text;
  std::size_t size;
};

// All of these, in one go.
void append_parts(std::string& out, std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  const std::size_t before = out.size();
  out.resize(before + size);
  char* at = out.data() + before;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
}

[[noreturn]] void reject(const char* reason) {
  throw std::invalid_argument(reason);
}

// `label`, unless there is no value for it.
constexpr std::string_view label_of(std::string_view label, std::string_view value) noexcept {
  return value.empty() ? std::string_view() : label;
}

void check_headers(const Headers& headers) {
  for (const FieldName name : {FieldName::content_length, FieldName::transfer_encoding}) {
    if (!headers.has(name)) continue;
    throw std::invalid_argument("cannot send field '" + std::string(to_string(name)) +
                                "' among others: it follows from the body");
  }
}

// A value beside the headers, which counts unless they have the same field.
std::string_view own_value(std::string_view value, const Headers* headers, FieldName name) {
  return headers != nullptr && headers->has(name) ? std::string_view() : value;
}

const Headers& headers_of(const Headers* headers) noexcept {
  static const Headers none;
  return headers == nullptr ? none : *headers;
}

constexpr std::string_view kSaysChunked = "Transfer-Encoding: chunked\r\n";

void check_response(const ResponseStart& start) {
  if (start.status < 100 || start.status > 999)
    reject("cannot send a status that is not 100 to 999");
  if (!start.reason.empty()) detail::check_text("reason phrase", start.reason);
  const bool has_body = start.framing.has_body() && start.framing.kind != BodyFraming::until_close;
  if (has_body && is_without_body(start.status) && start.status != 304) {
    reject("cannot send a body with a status that has none");
  }
}

// Whether "Content-Length" is to be said.
bool says_length(const ResponseStart& start) noexcept {
  if (start.framing.has_body()) return start.framing.kind == BodyFraming::length;
  return !is_without_body(start.status);
}

// Writes into room that is there.
class Cursor {
 public:
  explicit Cursor(char* at) noexcept : at_(at) {}

  template <std::size_t size>
  void literal(const char (&text)[size]) noexcept {
    std::memcpy(at_, text, size - 1);
    at_ += size - 1;
  }
  void text(std::string_view text) noexcept {
    if (text.empty()) return;
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void number(std::uint64_t value) noexcept {
    if (value < 10) {
      *at_++ = static_cast<char>('0' + value);
    } else if (value < 1000) {
      if (value >= 100) *at_++ = static_cast<char>('0' + value / 100);
      *at_++ = static_cast<char>('0' + value / 10 % 10);
      *at_++ = static_cast<char>('0' + value % 10);
    } else {
      at_ = std::to_chars(at_, at_ + kLongestNumber, value).ptr;
    }
  }
  // `name` with a colon and a space, unless there is no value for it.
  template <std::size_t size>
  void field(const char (&name)[size], std::string_view value) noexcept {
    if (value.empty()) return;
    literal(name);
    if (value.size() == kDate) {
      std::memcpy(at_, value.data(), kDate);  // known to the compiler, and no call
      at_ += kDate;
    } else {
      text(value);
    }
    literal("\r\n");
  }

  [[nodiscard]] const char* at() const noexcept { return at_; }

  static constexpr std::size_t kLongestNumber = 20;
  static constexpr std::size_t kDate = 29;

 private:
  char* at_;
};

// All but what is somebody's text: the names of four fields, and so on.
constexpr std::size_t kRoomOfHead = 160;

}  // namespace

void append_response(std::string& out, const ResponseStart& start) {
  detail::check_value("Date", start.date);
  detail::check_value("Content-Type", start.content_type);
  detail::check_value("Connection", start.connection);
  detail::append_response_with_known_values(out, start);
}

void detail::append_response_with_known_values(std::string& out, const ResponseStart& start) {
  check_response(start);
  const Headers* const headers = start.headers;
  if (headers != nullptr) check_headers(*headers);
  const auto fields = headers == nullptr ? std::string_view() : headers->text();
  const auto date = own_value(start.date, headers, FieldName::date);
  const auto type = own_value(start.content_type, headers, FieldName::content_type);
  const auto reason = start.reason.empty() ? reason_phrase(start.status) : start.reason;
  std::array<char, 512> room;  // put together here it costs one look at the memory of `out`
  std::string large;
  const std::size_t most = kRoomOfHead + reason.size() + date.size() + type.size() +
                           start.connection.size() + fields.size();
  if (most > room.size()) [[unlikely]]
    large.resize(most);
  char* const begin = large.empty() ? room.data() : large.data();
  Cursor head(begin);
  if (start.status == 200 && start.reason.empty()) [[likely]] {
    head.literal("HTTP/1.1 200 OK\r\n");
  } else {
    head.literal("HTTP/1.1 ");
    head.number(static_cast<std::uint64_t>(start.status));
    head.literal(" ");
    head.text(reason);
    head.literal("\r\n");
  }
  head.field("Date: ", date);
  head.field("Content-Type: ", type);
  if (says_length(start)) {
    head.literal("Content-Length: ");
    head.number(start.framing.size);
    head.literal("\r\n");
  }
  head.field("Connection: ", start.connection);
  if (start.framing.kind == BodyFraming::chunked) head.text(kSaysChunked);
  head.text(fields);
  head.literal("\r\n");
  out.append(begin, static_cast<std::size_t>(head.at() - begin));
}

namespace {

void check_request(const RequestStart& start) {
  if (!detail::is_token(start.method)) reject("cannot send a method that is no token");
  const char* const end = start.target.data() + start.target.size();
  if (start.target.empty() || detail::find_not_visible(start.target.data(), end) != end ||
      start.target.find('#') != start.target.npos) {
    throw std::invalid_argument("cannot send the target '" + printable(shorten(start.target)) +
                                "': it has a character that has to be encoded");
  }
  if (start.framing.kind == BodyFraming::until_close) {
    reject("cannot send a request whose body has no end");
  }
}

// Names the one Host, be it among the headers.
void check_host(const Headers& headers, std::string_view own) {
  const auto hosts = headers.get_all(to_string(FieldName::host));
  if (hosts.size() > 1) reject("cannot send field 'Host' twice");
  if (hosts.empty() && own.empty()) reject("cannot send a request without field 'Host'");
  const std::string_view host = hosts.empty() ? own : hosts.front();
  if (is_authority(host)) return;
  throw std::invalid_argument("cannot send field 'Host': '" + printable(shorten(host)) +
                              "' is no host");
}

}  // namespace

void append_request(std::string& out, const RequestStart& start) {
  const Headers& headers = headers_of(start.headers);
  check_request(start);
  check_headers(headers);
  check_host(headers, start.host);
  detail::check_value("Connection", start.connection);
  detail::check_value("Host", start.host);
  const auto host = own_value(start.host, &headers, FieldName::host);
  const bool wants_length =
      start.method == "POST" || start.method == "PUT" || start.method == "PATCH";
  const Digits size(start.framing.size);
  const bool says_length = start.framing.kind == BodyFraming::length ||
                           (start.framing.kind == BodyFraming::none && wants_length);
  const auto length = says_length ? size.view() : std::string_view();
  append_parts(out, {start.method, " ", start.target, " HTTP/1.1", label_of("\r\nHost: ", host),
                     host, label_of("\r\nContent-Length: ", length), length,
                     label_of("\r\nConnection: ", start.connection), start.connection, "\r\n",
                     start.framing.kind == BodyFraming::chunked ? kSaysChunked : std::string_view(),
                     headers.text(), "\r\n"});
}

void append_chunk(std::string& out, std::string_view data) {
  if (data.empty()) return;
  append_parts(out, {Digits(data.size(), 16).view(), "\r\n", data, kChunkEnd});
}

void append_chunk_size(std::string& out, std::uint64_t size) {
  if (size == 0) reject("cannot send a chunk of no bytes: it would be the last");
  append_parts(out, {Digits(size, 16).view(), "\r\n"});
}

void append_last_chunk(std::string& out) {
  append_last_chunk(out, headers_of(nullptr));
}

void append_last_chunk(std::string& out, const Headers& trailers) {
  for (const Field& field : trailers) {
    if (may_be_trailer(field.name)) continue;
    throw std::invalid_argument("cannot send field '" + std::string(field.name) + "' as a trailer");
  }
  append_parts(out, {"0\r\n", trailers.text(), "\r\n"});
}

}  // namespace gnet::http
