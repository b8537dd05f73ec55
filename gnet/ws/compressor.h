// Compression of single messages with zlib, as RFC 7692 has it (§7.2).
//
//   ws::Compressor compressor({.window_bits = 12, .memory_level = 5, .context_takeover = true});
//   compressor.compress(message, payload);
//
//   ws::Decompressor decompressor;
//   decompressor.feed(payload);
//   decompressor.finish();
//   while (auto output = decompressor.inflate(room, size); …)
//
// Threads: an object belongs to one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gnet::ws {

// Makes compressed messages.
class Compressor {
 public:
  struct Options {
    std::uint8_t window_bits = 15;  // 8 to 15
    std::uint8_t level = 1;         // 1 to 9, as zlib has it
    std::uint8_t memory_level = 5;  // likewise
    bool context_takeover = false;  // messages may refer to earlier ones

    bool operator==(const Options&) const = default;
  };

  // Throws std::bad_alloc, and std::invalid_argument for options out of range.
  explicit Compressor(const Options& options);
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  // Appends the compressed message to `out`, without the four bytes 00 00 ff ff at its end
  // (§7.2.1).
  void compress(std::string_view message, std::string& out);

 private:
  struct Stream;
  Options options_;
  std::unique_ptr<Stream> stream_;
};

// Reads compressed messages, piece by piece.
class Decompressor {
 public:
  // For messages that refer back at most so far: 8 to 15. Throws std::bad_alloc, and
  // std::invalid_argument for a number out of range.
  explicit Decompressor(std::uint8_t window_bits = 15);
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;

  // The next bytes of a message. They have to stay until inflate() has used them up.
  void feed(std::string_view payload) noexcept;

  // The message has no more, and all that was fed is used up: from now on inflate() reads the four
  // bytes that the sender left out.
  void finish() noexcept;

  enum class Status : std::uint8_t {
    output,   // there may be more
    used_up,  // of all that was fed
    corrupt,  // this is no deflate; or it ended, after finish(), within a block
  };
  struct Output {
    Status status;
    std::size_t size;  // how many bytes were written, whatever the status
  };

  // Writes what comes next to `room`, which must not be empty. Within a message a stream may end
  // and another begin (§7.2.3.4, §7.2.3.5). Throws std::bad_alloc.
  [[nodiscard]] Output inflate(char* room, std::size_t size);

  // Forgets everything: for a message without context takeover, or of another connection.
  void reset() noexcept;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace gnet::ws
