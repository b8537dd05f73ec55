#include "gnet/ws/frame_decoder.h"

#include <algorithm>
#include <cstring>

namespace gnet::ws {
namespace {

constexpr unsigned kFin = 0x80;
constexpr unsigned kRsv1 = 0x40;
constexpr unsigned kRsv23 = 0x30;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7f;

unsigned char byte_at(const char* head, std::size_t i) noexcept {
  return static_cast<unsigned char>(head[i]);
}

// How long a head is, by its second byte.
std::size_t head_length(unsigned char second) noexcept {
  const unsigned length = second & kLength;
  const std::size_t extended = length == 127 ? 8 : length == 126 ? 2 : 0;
  return 2 + extended + ((second & kMasked) != 0 ? 4 : 0);
}

}  // namespace

FrameDecoder::FrameDecoder(const Options& options) noexcept : options_(options) {}

void FrameDecoder::feed(std::span<char> bytes) noexcept {
  input_ = bytes;
}

FrameEvent FrameDecoder::next() noexcept {
  if (in_payload_) return is_control(opcode_) ? take_control() : take_data(false);
  if (failed_ || !read_head()) return {.kind = failed_ ? FrameEvent::failure : FrameEvent::none};
  in_payload_ = true;
  return is_control(opcode_) ? take_control() : take_data(true);
}

// --- heads ---------------------------------------------------------------------------------------

// True when a head is whole and right.
bool FrameDecoder::read_head() noexcept {
  if (head_size_ == 0 && input_.size() >= 2) {
    const char* const head = input_.data();
    const std::size_t length = head_length(byte_at(head, 1));
    if (input_.size() >= length) [[likely]] {
      if (!check_first(byte_at(head, 0)) || !check_second(byte_at(head, 1))) return false;
      input_ = input_.subspan(length);
      return take_head(head);
    }
  }
  while (!input_.empty()) {
    head_[head_size_++] = input_.front();
    input_ = input_.subspan(1);
    const unsigned char byte = byte_at(head_.data(), head_size_ - 1U);
    if (head_size_ == 1 && !check_first(byte)) return false;
    if (head_size_ == 2 && !check_second(byte)) return false;
    if (head_size_ >= 2 && head_size_ == head_length(byte_at(head_.data(), 1))) {
      head_size_ = 0;
      return take_head(head_.data());
    }
  }
  return false;
}

bool FrameDecoder::check_first(unsigned char byte) noexcept {
  const bool fin = (byte & kFin) != 0;
  const bool rsv1 = (byte & kRsv1) != 0;
  if ((byte & kRsv23) != 0) return fail(kProtocolError, "a reserved bit is set");
  switch (const auto opcode = static_cast<Opcode>(byte & 0x0fU)) {
    case Opcode::text:
    case Opcode::binary:
      if (in_message_) return fail(kProtocolError, "a message begins within another");
      if (rsv1 && !options_.compression) return fail(kProtocolError, "a reserved bit is set");
      message_ = opcode;
      compressed_ = rsv1;
      break;
    case Opcode::continuation:
      if (!in_message_) return fail(kProtocolError, "a continuation of no message");
      if (rsv1) return fail(kProtocolError, "a reserved bit is set in a continuation");
      break;
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (!fin) return fail(kProtocolError, "a control frame in fragments");
      if (rsv1) return fail(kProtocolError, "a reserved bit is set in a control frame");
      break;
    default:
      return fail(kProtocolError, "a reserved opcode");
  }
  opcode_ = static_cast<Opcode>(byte & 0x0fU);
  fin_ = fin;
  return true;
}

bool FrameDecoder::check_second(unsigned char byte) noexcept {
  const bool masked = (byte & kMasked) != 0;
  if (masked && options_.role == Role::client)
    return fail(kProtocolError, "a frame of a server with a mask");
  if (!masked && options_.role == Role::server)
    return fail(kProtocolError, "a frame of a client without a mask");
  if (is_control(opcode_) && (byte & kLength) > kMaxControl) {
    return fail(kProtocolError, "a control frame of more than 125 bytes");
  }
  return true;
}

// Takes the length and the mask out of a head whose first two bytes are right.
bool FrameDecoder::take_head(const char* head) noexcept {
  const unsigned char second = byte_at(head, 1);
  const unsigned short_length = second & kLength;
  const char* at = head + 2;
  size_ = short_length;
  if (short_length >= 126) {
    const int bytes = short_length == 127 ? 8 : 2;
    size_ = 0;
    for (int i = 0; i < bytes; ++i) size_ = size_ << 8U | static_cast<unsigned char>(*at++);
    if (size_ >> 63U != 0) return fail(kProtocolError, "a length with its top bit set");
    if (size_ < (bytes == 8 ? 0x10000U : 126U)) {
      return fail(kProtocolError, "a length that is written longer than it needs");
    }
  }
  if (!is_control(opcode_) && size_ > options_.max_frame) {
    return fail(kTooBig, "a frame that is too long");
  }
  if ((second & kMasked) != 0) std::memcpy(key_.data(), at, key_.size());
  left_ = size_;
  return true;
}

bool FrameDecoder::fail(CloseCode code, std::string_view reason) noexcept {
  failure_ = {code, reason};
  failed_ = true;
  return false;
}

// --- payload -------------------------------------------------------------------------------------

FrameEvent FrameDecoder::take_data(bool first) noexcept {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input_.size()));
  if (count == 0 && !first) return {};
  const std::span<char> piece = input_.first(count);
  input_ = input_.subspan(count);
  if (options_.role == Role::server) apply_mask(piece, key_, size_ - left_);
  left_ -= count;
  in_payload_ = left_ != 0;
  const bool starts = first && opcode_ != Opcode::continuation;
  const bool ends = fin_ && left_ == 0;
  in_message_ = !ends;
  return {FrameEvent::data, message_, compressed_, first, starts, ends, piece};
}

FrameEvent FrameDecoder::take_control() noexcept {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input_.size()));
  const std::span<char> piece = input_.first(count);
  input_ = input_.subspan(count);
  const auto had = static_cast<std::size_t>(size_ - left_);
  left_ -= count;
  std::span<char> whole = piece;
  if (had != 0 || left_ != 0) {  // in parts
    std::copy(piece.begin(), piece.end(), control_.begin() + static_cast<std::ptrdiff_t>(had));
    if (left_ != 0) return {};
    whole = std::span(control_).first(had + count);
  }
  in_payload_ = false;
  if (options_.role == Role::server) apply_mask(whole, key_);
  return {.kind = FrameEvent::control, .opcode = opcode_, .payload = whole};
}

}  // namespace gnet::ws
