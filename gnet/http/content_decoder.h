// Reads a compressed body as it comes, piece by piece, and without I/O (RFC 9110 §8.4).
//
//   gnet::http::ContentDecoder decoder(content_encoding, {.output = 10 << 20});
//   for (bool more = true; more && !decoder.refusal();) {
//     const auto [consumed, written] = decoder.decode(bytes, room);
//     use(room.first(written));
//     bytes.remove_prefix(consumed);
//     more = written == room.size();         // until it is not full, there may be more to come
//   }                                        // and now the next bytes; behind the last: finish()
//
// A body of a few bytes can stand for gigabytes. Both bounds hold while it is decoded: what is
// beyond them is never made. A decoder has, as measured: gzip and deflate 39 KiB; br 40 KiB and
// what it refers back to, as the body grows, at most 16 MiB; zstd 480 KiB and at most 8 MiB. Of
// several codings each has its own, and 4 KiB between two.
//
// Threads: a decoder belongs to one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "gnet/http/content_coding.h"
#include "gnet/http/refusal.h"

namespace gnet::http {

namespace detail {
class Decoding;
}  // namespace detail

// What a compressed body may become. Each is the most that is accepted; beyond: 413.
struct DecodeLimits {
  std::uint64_t output = std::numeric_limits<std::uint64_t>::max();  // bytes
  // Bytes for each that was received, from so many bytes on; 0: any number. Text becomes ten times
  // as large, and what has a thousand lines that are the same a hundred.
  std::uint32_t ratio = 200;
  std::uint64_t ratio_from = 1024 * 1024;
};

class ContentDecoder {
 public:
  struct Step {
    std::size_t consumed;  // bytes of the input
    std::size_t written;   // bytes of the room
  };

  // So many codings, identity not counted, may be on top of each other.
  static constexpr std::size_t kMaxCodings = 4;

  // For a body with this Content-Encoding; several such fields are one, joined by commas. Refused
  // at once with 415 is one with a coding that is not known, and one of too many. Throws
  // std::bad_alloc.
  explicit ContentDecoder(std::string_view content_encoding, const DecodeLimits& limits = {});
  ContentDecoder(ContentDecoder&&) noexcept;
  ContentDecoder& operator=(ContentDecoder&&) noexcept;
  ~ContentDecoder();

  // Takes bytes and writes what they become, until the room is full or all are consumed. Unless the
  // room is full then, all that can be told of the bytes so far has been. Where the body is refused
  // nothing counts as written, and from then on nothing is taken. Throws std::bad_alloc, and Misuse
  // for no room.
  Step decode(std::string_view bytes, std::span<char> room);

  // The body has no more bytes: it is done, or refused as cut off. That a body has no bytes at all
  // is fine: it is empty in every coding. Throws Misuse while there may be more to write.
  void finish();

  // The body is as it came, and need not be decoded.
  [[nodiscard]] bool is_identity() const noexcept { return links_.empty() && !refusal_; }

  // After finish(), unless it was refused.
  [[nodiscard]] bool is_done() const noexcept { return done_; }

  // 400 for a body that is damaged, cut off, or has bytes behind its end; 413, 415. No status
  // unless it was refused.
  [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }  // bytes so far
  [[nodiscard]] std::uint64_t decoded() const noexcept { return decoded_; }    // bytes so far

 private:
  struct Link;

  void add(std::string_view name);
  std::size_t pull(std::size_t index, std::span<char> room);
  void count(Link& link, std::size_t written) noexcept;
  Step copy(std::string_view bytes, std::span<char> room) noexcept;
  void refuse(int status, std::string_view reason) noexcept;

  DecodeLimits limits_;
  Refusal refusal_;
  std::vector<Link> links_;  // in the order in which they decode
  std::uint64_t received_ = 0;
  std::uint64_t decoded_ = 0;
  bool full_ = false;  // there may be more to write
  bool done_ = false;
};

}  // namespace gnet::http
