// Reads the lines of a message's head, of requests and of responses, strictly (RFC 9112 §2.2, §5).
//
// Lines end with CRLF and nothing else. A line that has begun to come and is not whole costs a look
// for its LF, from where the last one stopped; whether it is right is decided when that has come,
// so that it does not matter how the bytes are split.
//
// Threads: a value.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gnet/http/body_framing.h"
#include "gnet/http/field_table.h"
#include "gnet/http/head_limits.h"
#include "gnet/http/refusal.h"

namespace gnet::http::detail {

class HeadScanner {
 public:
  explicit HeadScanner(const HeadLimits& limits) noexcept : limits_(limits) {}

  // For the next message. Keeps the memory.
  void reset() noexcept {
    fields.clear();
    refusal = {};
    at_ = searched_ = 0;
    in_fields = false;
  }

  // Whether the line may be whole, since more bytes have come. If not, it is not worth reading,
  // beyond its first `eager` bytes.
  [[nodiscard]] bool may_go_on(std::string_view bytes, std::size_t eager = 0) noexcept;

  // The line at position() is not whole.
  Parsed wait_for_more(std::string_view bytes) noexcept {
    searched_ = bytes.size();
    return Parsed::incomplete;
  }
  Parsed refuse(int status, std::string_view reason) noexcept {
    refusal = {status, reason};
    return Parsed::refused;
  }
  // If the line that begins at `at` is whole.
  Parsed refuse_line(const char* at, const char* end, int status, std::string_view reason) noexcept;

  // The first line is done.
  void begin_fields(std::size_t at) noexcept {
    at_ = at;
    in_fields = true;
  }

  // Reads fields up to the empty line, behind which position() is then.
  Parsed read_fields(std::string_view bytes);

  [[nodiscard]] std::size_t position() const noexcept { return at_; }
  void skip(std::size_t size) noexcept { at_ += size; }
  [[nodiscard]] const HeadLimits& limits() const noexcept { return limits_; }

  FieldTable fields;
  Refusal refusal;
  bool in_fields = false;

 private:
  Parsed read_field(const char*& at, const char* base, const char* end);
  Parsed refuse_name(const char* at, const char* end, std::string_view name) noexcept;

  HeadLimits limits_;
  std::size_t at_ = 0;        // the begin of the line that is read
  std::size_t searched_ = 0;  // there is no end of a line between at_ and here
};

// The first byte that is no visible ASCII character; `end` if none.
[[nodiscard]] const char* find_not_visible(const char* at, const char* end) noexcept;

// How many bytes of a host's name, at its begin, were found to be letters, digits, hyphens and
// dots: all of them, or fewer.
[[nodiscard]] std::size_t count_usual_in_host(std::string_view text) noexcept;

// What the fields say of the message itself.
struct MessageFacts {
  BodyFraming framing;  // none where no field speaks of one
  bool close = false;   // Connection
  bool keep_alive = false;
  bool upgrade = false;
};

// Reads Content-Length, Transfer-Encoding and Connection.
[[nodiscard]] Refusal read_facts(const FieldTable& fields, int minor_version, MessageFacts& facts);

}  // namespace gnet::http::detail
