// The body of a message, taken out of the bytes that carry it, where they lie (RFC 9112 §6, §7).
//
//   gnet::http::BodyDecoder body;
//   body.start(head.framing());
//   while (!body.is_done()) {
//     if (bytes.empty()) bytes = receive();          // at the end of the connection: body.finish()
//     const auto [consumed, data] = body.feed(bytes);
//     if (body.refusal()) return answer(body.refusal());           // and close
//     use(data);                                     // a view into bytes
//     bytes.remove_prefix(consumed);
//   }                                                // what is left of bytes is the next message
//
// Bytes come in any pieces, and data goes as it comes: chunks are not put together, and one that
// has begun is not waited for. Only trailers are copied.
//
// Threads: a value; it may move between threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "gnet/http/body_framing.h"
#include "gnet/http/field_table.h"
#include "gnet/http/refusal.h"

namespace gnet::http {

// What a body may take. Each is the most that is accepted.
struct BodyLimits {
  std::uint64_t body = std::numeric_limits<std::uint64_t>::max();  // bytes; beyond: 413
  // Bytes of chunk extensions beyond as many as there were of data; beyond: 400. So who signs each
  // of many chunks may, and who sends a kilobyte of extensions with each byte may not.
  std::size_t chunk_extensions = 16 * 1024;
  std::size_t trailers = 8 * 1024;   // bytes with the empty line behind them; beyond: 431
  std::size_t trailer_fields = 100;  // beyond: 431
};

class BodyDecoder {
 public:
  struct Piece {
    std::size_t consumed;   // bytes that are done with, data among them
    std::string_view data;  // of the body; may be empty
  };

  explicit BodyDecoder(const BodyLimits& limits = {}) noexcept;
  BodyDecoder(BodyDecoder&&) noexcept;
  BodyDecoder& operator=(BodyDecoder&&) noexcept;
  ~BodyDecoder();

  // Begins a body, and forgets the last one. One that is announced as too large is refused at once.
  void start(BodyFraming framing) noexcept;

  // Takes bytes up to the end of the next piece of data. Unless the body is done or refused then,
  // there is data or all has been consumed. Takes nothing once it is done or refused. Throws
  // std::bad_alloc, for trailers, and nothing else.
  Piece feed(std::string_view bytes);

  // The connection has ended. A body that goes until then is done; any other that is not is
  // refused.
  void finish() noexcept;

  // Never true of a body that was refused. Of one without a length, or of length 0, from the start.
  [[nodiscard]] bool is_done() const noexcept { return state_ == State::done; }

  // 400, 413 or 431, and why. No status unless the body was refused.
  [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

  // Bytes of data so far.
  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

  // Bytes of data that were announced and have not come: the rest of the length, or of the chunk.
  [[nodiscard]] std::uint64_t pending() const noexcept { return pending_; }

  // The trailers of a chunked body that is done; there are none before. They are no header fields,
  // and those that may_be_trailer() says no to are refused. Valid until the next start().
  [[nodiscard]] const FieldTable& trailers() const noexcept;

 private:
  enum class State : std::uint8_t {
    done,
    refused,
    length,
    until_close,
    // The line before a chunk.
    size,
    space_after_size,
    extension,  // behind a semicolon
    extension_name,
    space_after_name,
    extension_value,  // behind an equals sign
    extension_token,
    extension_quoted,
    extension_escape,  // behind a backslash
    extension_quoted_end,
    space_after_value,
    size_lf,
    // The chunk.
    data,
    data_cr,
    data_lf,
    // What is behind the last one.
    end,
    end_lf,
    trailers,
  };
  struct Trailers;

  std::string_view take(std::string_view bytes) noexcept;
  std::size_t read_frame(std::string_view bytes) noexcept;
  void read_size(char c) noexcept;
  void read_extension(char c) noexcept;
  bool is_extension(char c) noexcept;
  bool is_behind_text(char c) noexcept;
  void count_extension() noexcept;
  void begin_chunk() noexcept;
  std::size_t read_trailers(std::string_view bytes);
  void conclude_trailers() noexcept;
  void expect(char c, char expected, State next) noexcept;
  void refuse(int status, std::string_view reason) noexcept;

  BodyLimits limits_;
  Refusal refusal_;
  std::uint64_t pending_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t extensions_ = 0;        // bytes of them beyond those of data
  std::unique_ptr<Trailers> trailers_;  // made when the first trailer comes
  State state_ = State::done;
  std::uint8_t digits_ = 0;
  bool has_trailers_ = false;
};

}  // namespace gnet::http
