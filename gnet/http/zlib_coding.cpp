// gzip and deflate, by zlib.

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <optional>

#include "gnet/http/coding.h"

namespace gnet::http::detail {
namespace {

constexpr std::size_t kMostForZlib = std::numeric_limits<uInt>::max();

// zlib never writes to its input, and yet wants it writable. What is beyond its numbers is left for
// the next call.
void give(z_stream& z, std::string_view input, std::span<char> room) noexcept {
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  z.avail_in = static_cast<uInt>(std::min(input.size(), kMostForZlib));
  z.next_out = reinterpret_cast<Bytef*>(room.data());
  z.avail_out = static_cast<uInt>(std::min(room.size(), kMostForZlib));
}

void check_initialised(int result) {
  if (result != Z_OK) throw std::bad_alloc();  // no argument is wrong
}

// --- Encoding ------------------------------------------------------------------------------------

class ZlibEncoding : public Encoding {
 public:
  // `wrapper` is what zlib has added to the bits of the window for a format.
  ZlibEncoding(ContentCoding coding, int wrapper, const EncodeOptions& options) {
    const int level = level_of(options, coding, 6, 1, 9);
    const int bits = window_bits_of(options, 9, 15);
    const int memory = std::min(8, bits - 6);  // the rest need not be larger than the window
    check_initialised(
        deflateInit2(&z_, level, Z_DEFLATED, bits + wrapper, memory, Z_DEFAULT_STRATEGY));
  }
  ~ZlibEncoding() override { deflateEnd(&z_); }
  ZlibEncoding(const ZlibEncoding&) = delete;
  ZlibEncoding& operator=(const ZlibEncoding&) = delete;

  Step encode(std::string_view input, std::span<char> room, Then then) override {
    give(z_, input, room);
    const uInt had_in = z_.avail_in;
    const uInt had_out = z_.avail_out;
    const bool all = had_in == input.size();
    // Cannot fail: the state is sound, and there is room.
    const int result = ::deflate(&z_, all ? flush_of(then) : Z_NO_FLUSH);
    const bool written =
        then == Then::more || (then == Then::flush && z_.avail_out != 0) || result == Z_STREAM_END;
    return {had_in - z_.avail_in, had_out - z_.avail_out, all && z_.avail_in == 0 && written};
  }

 private:
  static int flush_of(Then then) noexcept {
    switch (then) {
      case Then::more:
        return Z_NO_FLUSH;
      case Then::flush:
        return Z_SYNC_FLUSH;
      case Then::finish:
        break;
    }
    return Z_FINISH;
  }

  z_stream z_{};
};

// --- Decoding ------------------------------------------------------------------------------------

class Inflater {
 public:
  enum class State : std::uint8_t { going_on, ended, corrupt };
  struct Step {
    std::size_t consumed;
    std::size_t written;
    State state;
  };

  explicit Inflater(int window_bits) { check_initialised(inflateInit2(&z_, window_bits)); }
  ~Inflater() { inflateEnd(&z_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Step run(std::string_view input, std::span<char> room) {
    give(z_, input, room);
    const uInt had_in = z_.avail_in;
    const uInt had_out = z_.avail_out;
    const int result = ::inflate(&z_, Z_SYNC_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    const State state = result == Z_STREAM_END                    ? State::ended
                        : result == Z_OK || result == Z_BUF_ERROR ? State::going_on
                                                                  : State::corrupt;
    return {had_in - z_.avail_in, had_out - z_.avail_out, state};
  }

  void reset() noexcept { inflateReset(&z_); }

 private:
  z_stream z_{};
};

// Any number of members, one behind the other (RFC 1952 §2.2).
class GzipDecoding : public Decoding {
 public:
  Step decode(std::string_view input, std::span<char> room) override {
    Step step;
    while (step.written < room.size()) {
      const std::string_view rest = input.substr(step.consumed);
      if (between_members_) {
        if (rest.empty()) break;
        inflater_.reset();
        between_members_ = false;
      }
      const auto [consumed, written, state] = inflater_.run(rest, room.subspan(step.written));
      step.consumed += consumed;
      step.written += written;
      if (state == Inflater::State::corrupt) step.error = "the body is not gzip, or is damaged";
      between_members_ = state == Inflater::State::ended;
      if (!step.error.empty() || (consumed == 0 && written == 0 && !between_members_)) break;
    }
    return step;
  }

  [[nodiscard]] bool may_end() const noexcept override { return between_members_; }

 private:
  Inflater inflater_{16 + 15};
  bool between_members_ = true;
};

// RFC 9110 §8.4.1.2 wants it wrapped as RFC 1950 has it, and some send it bare, which clients read
// as well.
class DeflateDecoding : public Decoding {
 public:
  Step decode(std::string_view input, std::span<char> room) override {
    Step step;
    while (step.written < room.size()) {
      std::string_view rest = input.substr(step.consumed);
      if (!inflater_) {
        step.consumed += look(rest);
        if (!inflater_) break;
        continue;
      }
      const bool from_head = head_used_ < head_.size();
      if (from_head) rest = std::string_view(head_.data(), head_.size()).substr(head_used_);
      if (ended_) {
        if (!rest.empty()) step.error = "there are bytes behind the end of the deflate";
        break;
      }
      const auto [consumed, written, state] = inflater_->run(rest, room.subspan(step.written));
      (from_head ? head_used_ : step.consumed) += consumed;
      step.written += written;
      if (state == Inflater::State::corrupt) step.error = "the body is not deflate, or is damaged";
      ended_ = state == Inflater::State::ended;
      if (!step.error.empty() || (consumed == 0 && written == 0 && !ended_)) break;
    }
    return step;
  }

  [[nodiscard]] bool may_end() const noexcept override {
    return inflater_ ? ended_ : head_size_ == 0;
  }

 private:
  // Takes the first two bytes, which tell what it is. The header of RFC 1950 would be a stored
  // block of RFC 1951 with something in its padding: nobody makes that.
  std::size_t look(std::string_view input) {
    const std::size_t taken = input.copy(head_.data() + head_size_, head_.size() - head_size_);
    head_size_ += taken;
    if (head_size_ < head_.size()) return taken;
    const unsigned method = static_cast<unsigned char>(head_[0]);
    const unsigned flags = static_cast<unsigned char>(head_[1]);
    const bool wrapped = method % 16 == 8 && method / 16 <= 7 && (method * 256 + flags) % 31 == 0;
    inflater_.emplace(wrapped ? 15 : -15);
    return taken;
  }

  std::optional<Inflater> inflater_;
  std::array<char, 2> head_{};
  std::size_t head_size_ = 0;
  std::size_t head_used_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Encoding> gzip_encoding(const EncodeOptions& options) {
  return std::make_unique<ZlibEncoding>(ContentCoding::gzip, 16, options);
}

std::unique_ptr<Encoding> deflate_encoding(const EncodeOptions& options) {
  return std::make_unique<ZlibEncoding>(ContentCoding::deflate, 0, options);
}

std::unique_ptr<Decoding> gzip_decoding() {
  return std::make_unique<GzipDecoding>();
}

std::unique_ptr<Decoding> deflate_decoding() {
  return std::make_unique<DeflateDecoding>();
}

}  // namespace gnet::http::detail
