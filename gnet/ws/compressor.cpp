#include "gnet/ws/compressor.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <stdexcept>

namespace gnet::ws {
namespace {

// What ends a block that is flushed: an empty one, stored. Senders leave it out.
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

// zlib never writes to its input, and yet wants it writable.
Bytef* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

constexpr std::size_t kMostAtOnce = std::numeric_limits<uInt>::max();

void check(int result, const char* what) {
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result != Z_OK) throw std::invalid_argument(what);
}

}  // namespace

// --- Compressor ----------------------------------------------------------------------------------

struct Compressor::Stream {
  explicit Stream(const Options& options) {
    // zlib cannot do 8 without a header, and refuses. Its matches are never further away than the
    // window less 262 bytes, which at 9 is 250: what a window of 8 bits holds.
    const int bits = options.window_bits == 8 ? 9 : options.window_bits;
    check(deflateInit2(&z, options.level, Z_DEFLATED, -bits, options.memory_level,
                       Z_DEFAULT_STRATEGY),
          "a compressor of a WebSocket: window, level or memory out of range");
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { deflateEnd(&z); }

  z_stream z{};
};

Compressor::Compressor(const Options& options)
    : options_(options), stream_(std::make_unique<Stream>(options)) {}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

void Compressor::compress(std::string_view message, std::string& out) {
  if (message.empty()) {
    out += '\0';  // with the tail an empty block (§7.2.3.6); zlib flushes nothing twice
    return;
  }
  z_stream& z = stream_->z;
  if (!options_.context_takeover) deflateReset(&z);  // also of what an exception left there
  std::size_t end = out.size();
  const auto flush = [&](int how) {
    do {
      const std::size_t room = std::clamp<std::size_t>(deflateBound(&z, z.avail_in), 64, 1U << 18U);
      out.resize(end + room);
      z.next_out = reinterpret_cast<Bytef*>(out.data() + end);
      z.avail_out = static_cast<uInt>(room);
      ::deflate(&z, how);  // cannot fail: the state is sound, and there is room
      end += room - z.avail_out;
    } while (z.avail_out == 0);
  };
  while (!message.empty()) {
    const std::string_view part = message.substr(0, kMostAtOnce);
    message.remove_prefix(part.size());
    z.next_in = bytes_of(part);
    z.avail_in = static_cast<uInt>(part.size());
    flush(message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
  }
  out.resize(end - kTail.size());
}

// --- Decompressor --------------------------------------------------------------------------------

struct Decompressor::Stream {
  explicit Stream(std::uint8_t window_bits) {
    if (window_bits < 8 || window_bits > 15) check(Z_STREAM_ERROR, kWhat);
    check(inflateInit2(&z, -window_bits), kWhat);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(&z); }

  // A block that says that it is the last may be followed by more, which may refer to it.
  void go_on() {
    std::string window(32768, '\0');
    auto size = static_cast<uInt>(window.size());
    inflateGetDictionary(&z, reinterpret_cast<Bytef*>(window.data()), &size);
    inflateReset(&z);
    inflateSetDictionary(&z, bytes_of(window), size);
  }

  static constexpr const char* kWhat = "a decompressor of a WebSocket: window out of range";
  z_stream z{};
  std::string_view left;   // of what was fed, beyond what zlib takes at once
  bool ended = false;      // after a block that says that it is the last
  bool finishing = false;  // what is read is the tail
};

Decompressor::Decompressor(std::uint8_t window_bits)
    : stream_(std::make_unique<Stream>(window_bits)) {}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

void Decompressor::feed(std::string_view payload) noexcept {
  stream_->left = payload;
  stream_->finishing = false;
}

void Decompressor::finish() noexcept {
  // A stream that has ended has no block that the tail could be of.
  stream_->left = stream_->ended ? std::string_view() : kTail;
  stream_->finishing = true;
}

Decompressor::Output Decompressor::inflate(char* room, std::size_t size) {
  Stream& stream = *stream_;
  z_stream& z = stream.z;
  z.next_out = reinterpret_cast<Bytef*>(room);
  z.avail_out = static_cast<uInt>(std::min(size, kMostAtOnce));
  const uInt had = z.avail_out;
  const auto output = [&](Status status) { return Output{status, had - z.avail_out}; };

  while (z.avail_out != 0) {
    if (z.avail_in == 0) {
      const std::string_view part = stream.left.substr(0, kMostAtOnce);
      stream.left.remove_prefix(part.size());
      z.next_in = bytes_of(part);
      z.avail_in = static_cast<uInt>(part.size());
    }
    if (stream.ended && z.avail_in != 0) {
      stream.go_on();
      stream.ended = false;
    }
    if (stream.ended) return output(Status::used_up);
    const int result = ::inflate(&z, Z_SYNC_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_STREAM_END) {
      stream.ended = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return output(Status::corrupt);
    }
    if (z.avail_in == 0 && stream.left.empty() && z.avail_out != 0) {
      // Between two blocks, with no bits left of a byte, is where a message may end.
      const bool between = stream.ended || (z.data_type & 0xff & ~64) == 128;
      return output(stream.finishing && !between ? Status::corrupt : Status::used_up);
    }
  }
  return output(Status::output);
}

void Decompressor::reset() noexcept {
  inflateReset(&stream_->z);
  stream_->z.avail_in = 0;
  stream_->left = {};
  stream_->ended = false;
  stream_->finishing = false;
}

}  // namespace gnet::ws
