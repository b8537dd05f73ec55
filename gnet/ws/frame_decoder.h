// Reads WebSocket frames from bytes that come in any pieces (RFC 6455, §5).
//
// It copies no payload: what it hands on lies in the bytes that it was given, where it takes the
// mask off. Only what must be whole and came in parts is kept, a frame's head or a control frame,
// in the decoder itself: it never allocates.
//
//   ws::FrameDecoder decoder({.role = ws::Role::server});
//   decoder.feed(bytes);
//   for (auto event = decoder.next(); event.kind != event.none; event = decoder.next()) {
//     if (event.kind == event.data) message += event.payload;
//     if (event.kind == event.failure) return close_with(decoder.failure().code);
//   }
//
// It refuses, each as soon as the field is there that shows it: reserved bits and opcodes; control
// frames that are fragmented or longer than 125 bytes; a continuation of nothing, and a new message
// within one; frames of a client without a mask, and of a server with one; lengths that are not
// written in the shortest form or have their top bit set; RSV1 on anything but the first frame of a
// message; and, as kTooBig, frames that are longer than they may be.
//
// Codec (gnet/ws/codec.h) makes messages of it.
//
// Threads: a value without locks.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "gnet/ws/close_code.h"
#include "gnet/ws/frame.h"

namespace gnet::ws {

inline constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

// What comes next in a stream of frames. The payload is valid until the next call to next().
struct FrameEvent {
  enum Kind : std::uint8_t {
    none,     // all bytes are used up: feed() more
    data,     // a piece of a frame of data
    control,  // a control frame, whole
    failure,  // the peer broke the rules: decoder.failure(); nothing comes after it
  };

  Kind kind = none;
  Opcode opcode = Opcode::binary;  // data: text or binary, for continuation frames too
  bool compressed = false;         // data: the message is
  bool first = false;              // data: a frame begins; its payload may be yet to come
  bool starts = false;             // data: a message begins
  bool ends = false;               // data: the message ends
  std::span<char> payload = {};

  [[nodiscard]] std::string_view text() const noexcept { return {payload.data(), payload.size()}; }
};

class FrameDecoder {
 public:
  struct Options {
    Role role = Role::server;              // this end's: what comes is the other's
    bool compression = false;              // permessage-deflate is agreed: RSV1 has a meaning
    std::uint64_t max_frame = kUnlimited;  // the longest payload of a frame of data
  };

  explicit FrameDecoder(const Options& options) noexcept;

  // The bytes to read next. They have to stay where they are, and are changed there, until next()
  // has said `none`. Nothing may be left of those before.
  void feed(std::span<char> bytes) noexcept;

  // What is in them, in order. A frame of data is handed on piece by piece as it comes: at least
  // once, even if its payload has not come or is empty.
  [[nodiscard]] FrameEvent next() noexcept;

  // What the peer did wrong, after an event of `failure`.
  [[nodiscard]] const Failure& failure() const noexcept { return failure_; }

  // False once all bytes are used up, which next() may not have said yet.
  [[nodiscard]] bool has_input() const noexcept { return !input_.empty(); }

  // True within a frame, its head included.
  [[nodiscard]] bool within_frame() const noexcept { return head_size_ != 0 || in_payload_; }

  // True within a message, between its frames too.
  [[nodiscard]] bool within_message() const noexcept { return in_message_; }

  // What of the current frame of data is still to come.
  [[nodiscard]] std::uint64_t left() const noexcept { return left_; }

 private:
  [[nodiscard]] bool read_head() noexcept;
  [[nodiscard]] bool check_first(unsigned char byte) noexcept;
  [[nodiscard]] bool check_second(unsigned char byte) noexcept;
  [[nodiscard]] bool take_head(const char* head) noexcept;
  [[nodiscard]] FrameEvent take_data(bool first) noexcept;
  [[nodiscard]] FrameEvent take_control() noexcept;
  bool fail(CloseCode code, std::string_view reason) noexcept;

  Options options_;
  Failure failure_{};
  std::span<char> input_{};
  std::uint64_t size_ = 0;  // of the frame's payload
  std::uint64_t left_ = 0;  // of it, still to come
  MaskKey key_{};
  Opcode opcode_ = Opcode::binary;   // of the frame
  Opcode message_ = Opcode::binary;  // of the message
  bool fin_ = false;
  bool compressed_ = false;  // the message is
  bool in_payload_ = false;
  bool in_message_ = false;
  bool failed_ = false;
  std::uint8_t head_size_ = 0;  // bytes of a head that came in parts
  std::array<char, 14> head_;
  std::array<char, kMaxControl> control_;  // a control frame's payload that came in parts
};

}  // namespace gnet::ws
