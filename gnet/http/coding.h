// What each library makes of a content coding. Part of ContentEncoder and ContentDecoder, which
// keep to what is said here.
//
//   auto encoding = detail::br_encoding({.level = 4});
//   const auto step = encoding->encode(input, room, Then::finish);
//
// Threads: an object belongs to one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "gnet/http/content_encoder.h"

namespace gnet::http::detail {

class Encoding {
 public:
  using Then = ContentEncoder::Then;
  using Step = ContentEncoder::Step;

  virtual ~Encoding() = default;

  // Until it is done it is called with the same again, and never after it has finished.
  virtual Step encode(std::string_view input, std::span<char> room, Then then) = 0;
};

class Decoding {
 public:
  struct Step {
    std::size_t consumed = 0;
    std::size_t written = 0;
    std::string_view error = {};  // of static storage; what was written does not count then
  };

  virtual ~Decoding() = default;

  // Goes on until the room, which is never empty, is full or the input is used up. Not called again
  // after an error.
  virtual Step decode(std::string_view input, std::span<char> room) = 0;

  // Nothing is missing if the input has no more.
  [[nodiscard]] virtual bool may_end() const noexcept = 0;
};

// Each throws std::invalid_argument for a level that there is not, and std::bad_alloc.
[[nodiscard]] std::unique_ptr<Encoding> gzip_encoding(const EncodeOptions& options);
[[nodiscard]] std::unique_ptr<Encoding> deflate_encoding(const EncodeOptions& options);
[[nodiscard]] std::unique_ptr<Encoding> br_encoding(const EncodeOptions& options);
[[nodiscard]] std::unique_ptr<Encoding> zstd_encoding(const EncodeOptions& options);

[[nodiscard]] std::unique_ptr<Decoding> gzip_decoding();
[[nodiscard]] std::unique_ptr<Decoding> deflate_decoding();
[[nodiscard]] std::unique_ptr<Decoding> br_decoding();
[[nodiscard]] std::unique_ptr<Decoding> zstd_decoding();

// The level that is asked for, or the usual one. Throws std::invalid_argument.
[[nodiscard]] int level_of(const EncodeOptions& options, ContentCoding coding, int usual, int least,
                           int most);

// How far back to refer, as a power of 2: not beyond the body, where its size is known.
[[nodiscard]] int window_bits_of(const EncodeOptions& options, int least, int most) noexcept;

}  // namespace gnet::http::detail
