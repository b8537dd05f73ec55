// zstd, by libzstd.

#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "gnet/http/coding.h"

namespace gnet::http::detail {
namespace {

// No decoder of the web has to take more (RFC 9659).
constexpr int kMostZstdWindowBits = 23;

void check_zstd(std::size_t result) {
  if (ZSTD_isError(result) != 0) throw std::bad_alloc();  // no argument is wrong
}

class ZstdEncoding : public Encoding {
 public:
  explicit ZstdEncoding(const EncodeOptions& options) {
    const int level = level_of(options, ContentCoding::zstd, 3, 1, 19);
    if (!context_) throw std::bad_alloc();
    set(ZSTD_c_compressionLevel, level);
    // As far back again costs a quarter of a megabyte and gains a percent.
    const int window = window_bits_of(options, 10, 18);
    set(ZSTD_c_windowLog, window);
    if (window >= 16) return;
    // Unless it is told the exact size, the library keeps its tables for large bodies.
    set(ZSTD_c_hashLog, window + 1);
    set(ZSTD_c_chainLog, window);
  }

  Step encode(std::string_view input, std::span<char> room, Then then) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    std::size_t left = 0;
    do {
      left = ZSTD_compressStream2(context_.get(), &out, &in, directive_of(then));
      check_zstd(left);
    } while (in.pos < in.size && out.pos < out.size);
    return {in.pos, out.pos, in.pos == in.size && (then == Then::more || left == 0)};
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  };

  static ZSTD_EndDirective directive_of(Then then) noexcept {
    switch (then) {
      case Then::more:
        return ZSTD_e_continue;
      case Then::flush:
        return ZSTD_e_flush;
      case Then::finish:
        break;
    }
    return ZSTD_e_end;
  }

  void set(ZSTD_cParameter parameter, int value) {
    check_zstd(ZSTD_CCtx_setParameter(context_.get(), parameter, value));
  }

  std::unique_ptr<ZSTD_CCtx, Free> context_{ZSTD_createCCtx()};
};

// Any number of frames, one behind the other (RFC 8878 §3).
class ZstdDecoding : public Decoding {
 public:
  ZstdDecoding() {
    if (!context_) throw std::bad_alloc();
    check_zstd(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMostZstdWindowBits));
  }

  Step decode(std::string_view input, std::span<char> room) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    // What was written last may have filled the room.
    while (out.pos < out.size && (in.pos < in.size || more_)) {
      if (between_frames_ && !begins_frame(input[in.pos])) return failure(in, out, kDamaged);
      const std::size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_isError(result) != 0) return failure(in, out, reason_of(result));
      between_frames_ = result == 0;
      more_ = !between_frames_ && out.pos == out.size;
    }
    return {.consumed = in.pos, .written = out.pos};
  }

  [[nodiscard]] bool may_end() const noexcept override { return between_frames_; }

 private:
  static constexpr std::string_view kDamaged = "the body is not zstd, or is damaged";

  struct Free {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
  };

  // Of a frame, or of one to be skipped. The library may know how to read formats of the time
  // before the standard, which nobody has to get at.
  static bool begins_frame(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x28 || (byte & 0xf0U) == 0x50;
  }

  static Step failure(const ZSTD_inBuffer& in, const ZSTD_outBuffer& out,
                      std::string_view reason) noexcept {
    return {.consumed = in.pos, .written = out.pos, .error = reason};
  }

  static std::string_view reason_of(std::size_t result) {
    switch (ZSTD_getErrorCode(result)) {
      case ZSTD_error_memory_allocation:
        throw std::bad_alloc();
      case ZSTD_error_frameParameter_windowTooLarge:
        return "the window of the zstd is too large";
      default:
        return kDamaged;
    }
  }

  std::unique_ptr<ZSTD_DCtx, Free> context_{ZSTD_createDCtx()};
  bool between_frames_ = true;
  bool more_ = false;  // there may be more to write without more input
};

}  // namespace

std::unique_ptr<Encoding> zstd_encoding(const EncodeOptions& options) {
  return std::make_unique<ZstdEncoding>(options);
}

std::unique_ptr<Decoding> zstd_decoding() {
  return std::make_unique<ZstdDecoding>();
}

}  // namespace gnet::http::detail
