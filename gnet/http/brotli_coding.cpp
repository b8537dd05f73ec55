// br, by libbrotli.

#include <brotli/decode.h>
#include <brotli/encode.h>

#include <new>

#include "gnet/http/coding.h"

namespace gnet::http::detail {
namespace {

const std::uint8_t* brotli_bytes(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

class BrotliEncoding : public Encoding {
 public:
  explicit BrotliEncoding(const EncodeOptions& options) {
    const int level = level_of(options, ContentCoding::br, 4, BROTLI_MIN_QUALITY, 11);
    if (!state_) throw std::bad_alloc();
    // As far back again doubles the memory and gains a percent.
    const int window = window_bits_of(options, BROTLI_MIN_WINDOW_BITS, 18);
    set(BROTLI_PARAM_QUALITY, static_cast<std::uint32_t>(level));
    set(BROTLI_PARAM_LGWIN, static_cast<std::uint32_t>(window));
    if (options.size && *options.size < (1U << 30U)) {
      set(BROTLI_PARAM_SIZE_HINT, static_cast<std::uint32_t>(*options.size));
    }
  }

  Step encode(std::string_view input, std::span<char> room, Then then) override {
    std::size_t left_in = input.size();
    std::size_t left_out = room.size();
    const std::uint8_t* in = brotli_bytes(input);
    auto* out = reinterpret_cast<std::uint8_t*>(room.data());
    const bool sound = BrotliEncoderCompressStream(state_.get(), operation_of(then), &left_in, &in,
                                                   &left_out, &out, nullptr) == BROTLI_TRUE;
    if (!sound) throw std::bad_alloc();  // it was called as it wants to be
    const bool written = then == Then::finish
                             ? BrotliEncoderIsFinished(state_.get()) == BROTLI_TRUE
                             : BrotliEncoderHasMoreOutput(state_.get()) == BROTLI_FALSE;
    return {input.size() - left_in, room.size() - left_out, left_in == 0 && written};
  }

 private:
  struct Destroy {
    void operator()(BrotliEncoderState* state) const noexcept {
      BrotliEncoderDestroyInstance(state);
    }
  };

  static BrotliEncoderOperation operation_of(Then then) noexcept {
    switch (then) {
      case Then::more:
        return BROTLI_OPERATION_PROCESS;
      case Then::flush:
        return BROTLI_OPERATION_FLUSH;
      case Then::finish:
        break;
    }
    return BROTLI_OPERATION_FINISH;
  }

  void set(BrotliEncoderParameter parameter, std::uint32_t value) noexcept {
    BrotliEncoderSetParameter(state_.get(), parameter, value);
  }

  std::unique_ptr<BrotliEncoderState, Destroy> state_{
      BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)};
};

// Without large windows, which are no part of RFC 7932: at most 16 MiB, which grows with the body.
class BrotliDecoding : public Decoding {
 public:
  BrotliDecoding() {
    if (!state_) throw std::bad_alloc();
  }

  Step decode(std::string_view input, std::span<char> room) override {
    if (ended_) {
      if (input.empty()) return {};
      return {.error = "there are bytes behind the end of the br"};
    }
    std::size_t left_in = input.size();
    std::size_t left_out = room.size();
    const std::uint8_t* in = brotli_bytes(input);
    auto* out = reinterpret_cast<std::uint8_t*>(room.data());
    const auto result =
        BrotliDecoderDecompressStream(state_.get(), &left_in, &in, &left_out, &out, nullptr);
    if (!input.empty()) begun_ = true;
    ended_ = result == BROTLI_DECODER_RESULT_SUCCESS;
    Step step{.consumed = input.size() - left_in, .written = room.size() - left_out};
    if (result == BROTLI_DECODER_RESULT_ERROR) {
      check_memory();
      step.error = "the body is not br, or is damaged";
    } else if (ended_ && left_in != 0 && left_out != 0) {
      step.error = "there are bytes behind the end of the br";
    }
    return step;
  }

  [[nodiscard]] bool may_end() const noexcept override { return ended_ || !begun_; }

 private:
  struct Destroy {
    void operator()(BrotliDecoderState* state) const noexcept {
      BrotliDecoderDestroyInstance(state);
    }
  };

  void check_memory() const {
    const auto code = BrotliDecoderGetErrorCode(state_.get());
    if (code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
        code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES) {
      throw std::bad_alloc();
    }
  }

  std::unique_ptr<BrotliDecoderState, Destroy> state_{
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Encoding> br_encoding(const EncodeOptions& options) {
  return std::make_unique<BrotliEncoding>(options);
}

std::unique_ptr<Decoding> br_decoding() {
  return std::make_unique<BrotliDecoding>();
}

}  // namespace gnet::http::detail
