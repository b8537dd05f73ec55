// Compresses a body while it is made, piece by piece, and without I/O.
//
//   gnet::http::ContentEncoder encoder(gnet::http::ContentCoding::br);
//   encoder.append(out, event, ContentEncoder::Then::flush);   // the client can read all of it
//   encoder.append(out, last, ContentEncoder::Then::finish);
//
// Or into room that there is already, which bounds what one piece of input becomes:
//
//   for (bool done = false; !done;) {
//     const auto step = encoder.encode(input, room, then);
//     send(room.first(step.written));
//     input.remove_prefix(step.consumed);
//     done = step.done;
//   }
//
// Nothing of a body is kept but what the coding may refer back to: at most 256 KiB. At its usual
// level an encoder has, as measured: gzip and deflate 265 KiB, br 3.4 MiB, zstd 1.8 MiB; for a body
// that is known to have 4 KiB, 105, 580 and 180 KiB.
//
// Threads: an encoder belongs to one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gnet/http/content_coding.h"

namespace gnet::http {

namespace detail {
class Encoding;
}  // namespace detail

struct EncodeOptions {
  // How hard to try: gzip and deflate 1 to 9 (6 if none is given), br 0 to 11 (4), zstd 1 to 19
  // (3). From br 9 and zstd 12 on an encoder has tens of megabytes.
  std::optional<int> level{};
  // How large the body will be, if that is known, in bytes: a smaller one takes less memory. It is
  // a hint, and may be wrong.
  std::optional<std::uint64_t> size{};
};

class ContentEncoder {
 public:
  // What is wanted of the bytes that are given.
  enum class Then : std::uint8_t {
    more,    // others follow: they may be kept back, to be compressed better
    flush,   // whoever reads what was written until then has them all
    finish,  // they are the last
  };

  struct Step {
    std::size_t consumed;  // bytes of the input
    std::size_t written;   // bytes of the room
    bool done;             // all input is consumed, and what `then` asks for has been written
  };

  // The least room that encode() takes, in bytes.
  static constexpr std::size_t kMinRoom = 16;

  // One of identity hands on what it gets. Throws std::invalid_argument for a level that the coding
  // does not have, and std::bad_alloc.
  explicit ContentEncoder(ContentCoding coding, const EncodeOptions& options = {});
  ContentEncoder(ContentEncoder&&) noexcept;
  ContentEncoder& operator=(ContentEncoder&&) noexcept;
  ~ContentEncoder();

  // Takes from the input and writes to the room until it is done or the room is full. Until it is
  // done, it has to be called again with what is left of the input and the same `then`; anything
  // else throws Misuse, as do bytes after the last, and less room than kMinRoom. Throws
  // std::bad_alloc.
  Step encode(std::string_view input, std::span<char> room, Then then);

  // The same with all of the input, at the end of `out`.
  void append(std::string& out, std::string_view input, Then then);

  // The last byte has been written.
  [[nodiscard]] bool is_finished() const noexcept { return finished_; }

 private:
  std::unique_ptr<detail::Encoding> encoding_;
  std::size_t left_ = 0;  // of the input, while a call is not done
  Then then_ = Then::more;
  bool within_ = false;  // a call is not done
  bool finished_ = false;
};

// A whole body that is at hand, compressed.
[[nodiscard]] std::string encode_content(std::string_view body, ContentCoding coding,
                                         std::optional<int> level = {});

}  // namespace gnet::http
