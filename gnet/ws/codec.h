// One end of a WebSocket without its connection: bytes in, events out, bytes to send (RFC 6455,
// RFC 7692).
//
// The opening handshake is over (gnet/ws/handshake.h). What the peer sends goes into feed(), next()
// tells what it means, and output() is what is to be written, answers to pings and to a close among
// it. It does no I/O and never suspends.
//
//   ws::Codec codec(ws::Role::server, {.deflate = answer.deflate});
//   while (!codec.finished()) {
//     const std::span<char> bytes = read_some(buffer);
//     if (bytes.empty()) codec.lost();
//     codec.feed(bytes);
//     for (auto event = codec.next(); event.kind != event.none; event = codec.next()) {
//       if (event.kind == event.message && codec.open()) codec.send(event.opcode, event.data);
//     }
//     stream.write(codec.output());
//     codec.clear_output();
//   }
//
// Closing: whoever wants to end calls close(), goes on reading until next() says `close`, and then
// a server closes the connection, and a client waits for the server to do that (finished()). When
// the peer closes first, next() says `close` and the answer is in output(). When the peer breaks
// the rules, next() says `failure`, and output() tells it why. After either of these two nothing
// more comes. When the connection ends without a close frame, call lost(): closed() is then
// kAbnormal.
//
// Memory: an idle Codec holds none beside its own few hundred bytes, whatever was agreed on; with
// context takeover see gnet/ws/permessage_deflate.h. What a message needed is given back after it.
//
// Threads: a Codec belongs to one thread, whose compressor and decompressor it shares.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gnet/base/duration.h"
#include "gnet/base/utf8_checker.h"
#include "gnet/ws/close_code.h"
#include "gnet/ws/frame.h"
#include "gnet/ws/frame_decoder.h"
#include "gnet/ws/permessage_deflate.h"

namespace gnet::ws {

// What is received at most. What goes beyond fails the connection: with kTooBig, or with
// kPolicyViolation for max_controls.
struct Limits {
  // Bytes of one frame of data, as its head announces them, before anything of it is held.
  std::uint64_t max_frame = kUnlimited;

  // Bytes of one message, as it is after decompression, which stops there. Endless fragments of
  // nothing come to an end, too: its frames, each counted as at least 16 bytes, may have 64 KiB and
  // a part in 1024 more than that as they come.
  std::uint64_t max_message = 16U << 20U;

  // The same, of a message that is received in pieces (Codec::receive_pieces).
  std::uint64_t max_pieces = kUnlimited;

  // Pings, pongs and empty fragments within a second, without a byte of data between them.
  std::uint32_t max_controls = 1000;
};

class Compressor;
class Decompressor;

struct Event {
  enum Kind : std::uint8_t {
    none,     // feed() more
    message,  // a whole message: opcode text or binary, data
    piece,    // a part of one, after receive_pieces(true); first and last tell where it stands
    ping,     // data; the pong is in output() already
    pong,     // data
    close,    // the peer's close frame: closed() says what it said. Nothing comes after it
    failure,  // the peer broke the rules: closed() says which. Nothing comes after it
  };

  Kind kind = none;
  Opcode opcode = Opcode::binary;
  bool first = true;
  bool last = true;
  // Text is UTF-8; but for a piece, which may end within a character. Valid until the next call to
  // next() or feed(); after that the memory is given back.
  std::string_view data = {};
};

// How a WebSocket ended.
struct Closed {
  // What the application is told: the code that the peer sent, or kNoCode; kAbnormal if there was
  // no close frame; after a failure the code that the peer is told.
  CloseCode code = kAbnormal;
  std::string reason;    // the peer's, or why it failed
  bool by_peer = false;  // the peer's close frame was the first
  bool clean = false;    // both have sent a close frame
  bool failure = false;  // the peer broke the rules
};

struct CodecOptions {
  Limits limits = {};
  std::optional<DeflateAgreement> deflate = {};  // what the handshake agreed on
  DeflateOptions compression = {};  // how to compress then: level, memory_level and min_size
  bool answer_pings = true;
  // The peer's close frame is answered at once. Otherwise this side stays open() for sending, until
  // it says close itself.
  bool answer_close = true;
};

class Codec {
 public:
  explicit Codec(Role role, const CodecOptions& options = {});
  ~Codec();
  Codec(Codec&& other) noexcept;
  Codec& operator=(Codec&& other) noexcept;

  // --- receiving ---------------------------------------------------------------------------------

  // The bytes that came. They have to stay where they are, and are changed there, until next() has
  // said `none`, `close` or `failure`: then all of it is used up or copied. `now` is for
  // Limits::max_controls.
  void feed(std::span<char> bytes, TimePoint now = Clock::now());

  // What they mean, one after the other. Throws std::bad_alloc; where a client has to answer, also
  // as MaskKeys does.
  [[nodiscard]] Event next();

  // The data of the event that next() has just given, as a string of its own: without a copy where
  // the message had to be put together anyway.
  [[nodiscard]] std::string take_data(const Event& event);

  // Whether messages that begin from now on come in pieces, as they arrive, instead of whole.
  void receive_pieces(bool pieces) noexcept;

  // --- sending -----------------------------------------------------------------------------------
  //
  // All of these append to output(). They throw gnet::Misuse after close(), or after the peer's
  // close or failure: ask open() first. What a client sends needs a MaskKey, which may throw.

  // A whole message, text or binary; compressed when that is agreed on and makes it smaller. Text
  // has to be UTF-8, which is the caller's affair: a peer would refuse it.
  void send(Opcode opcode, std::string_view message);

  // A part of a message; the first one's opcode counts. Not compressed. Nothing but control frames
  // may come between the parts: send() throws Misuse.
  void send_piece(Opcode opcode, std::string_view piece, bool last);

  // For a message that goes out as it is, its head: whoever writes it, and the message after it
  // (behind what is in output()), spares a copy. Nothing if it has to be masked or compressed:
  // send() it then.
  [[nodiscard]] std::optional<FrameHead> head(Opcode opcode, std::size_t size) const;

  // At most 125 bytes, else std::invalid_argument.
  void ping(std::string_view data = {});
  void pong(std::string_view data = {});

  // Begins to close, or does nothing if that has begun. Messages of the peer still come until its
  // own close frame. Throws std::invalid_argument as close_payload() does.
  void close(CloseCode code = kNormal, std::string_view reason = {});

  // What is to be written, and then forgotten.
  [[nodiscard]] std::string_view output() const noexcept { return output_; }
  void clear_output() noexcept;

  // The same in one: it goes to `sent`, which was written and is used again.
  void swap_output(std::string& sent) noexcept {
    sent.clear();
    output_.swap(sent);
  }

  // --- state -------------------------------------------------------------------------------------

  // Messages may be sent: no close frame went either way; or but the peer's, without
  // CodecOptions::answer_close.
  [[nodiscard]] bool open() const noexcept;

  // Nothing more is to be read: the peer's close frame came, or it broke the rules, or lost().
  [[nodiscard]] bool finished() const noexcept;

  // Whether something of what was fed is still to be looked at: next() may have an event at once.
  [[nodiscard]] bool has_input() const noexcept {
    return !closed_ && (inflating_ || decoder_.has_input());
  }

  // True within a message of the peer: what a deadline for its progress looks at.
  [[nodiscard]] bool within_message() const noexcept;

  // Bytes of memory that are held now for a message that is coming and for output; compressors and
  // decompressors are not among them.
  [[nodiscard]] std::size_t held() const noexcept;

  // The connection ended, or nobody wants to wait for the peer's close frame any longer; `why` is
  // for people.
  void lost(std::string why = {}) noexcept;

  // How it ended; nothing while it is not finished().
  [[nodiscard]] const std::optional<Closed>& closed() const noexcept { return closed_; }

 private:
  // Receiving.
  Event take(const FrameEvent& frame);
  Event take_control(const FrameEvent& frame);
  Event take_data(const FrameEvent& frame);
  Event take_close(std::string_view payload);
  Event append(std::string_view bytes, bool last);
  Event inflate();
  bool end_inflating() noexcept;
  [[nodiscard]] bool one_more_in_a_row() noexcept;
  [[nodiscard]] std::optional<Failure> count(const FrameEvent& frame);
  [[nodiscard]] std::optional<Failure> check(std::string_view bytes, bool last);
  [[nodiscard]] Event whole(std::string_view data) const noexcept;
  [[nodiscard]] Event piece(std::string_view data, bool last) noexcept;
  [[nodiscard]] std::uint64_t limit() const noexcept;
  Event fail(const Failure& failure);
  void free_message() noexcept;
  void give_back() noexcept;
  void forget() noexcept;

  // Sending.
  void require_open(Opcode opcode, bool within_pieces) const;
  [[nodiscard]] bool compresses(std::size_t size) const noexcept;
  bool append_compressed(Opcode opcode, std::string_view message);
  void compress(std::string_view message);
  void append_frame(FrameHeader header, std::string_view payload);
  void send_control(Opcode opcode, std::string_view data);

  Role role_;
  bool pieces_wanted_ = false;
  bool pieces_ = false;       // this message comes in pieces
  bool first_piece_ = false;  // the next piece is the first
  bool inflating_ = false;    // the decompressor has something to give
  bool last_frame_ = false;   // what it has is the end of the message
  bool finishing_ = false;    // nor is there more than the tail
  bool given_ = false;        // message_ has been handed out
  bool close_sent_ = false;
  bool half_closed_ = false;     // by the peer, which is not answered yet
  bool sending_pieces_ = false;  // a message is under way
  std::uint32_t controls_ = 0;
  TimePoint now_{};
  TimePoint controls_since_{};
  CodecOptions options_;
  FrameDecoder decoder_;
  Utf8Checker utf8_;
  Opcode opcode_ = Opcode::binary;  // of the message that is coming
  std::uint64_t size_ = 0;          // of it, decompressed, as far as it has come
  std::uint64_t cost_ = 0;          // of its frames
  std::string message_;             // what is put together
  std::size_t filled_ = 0;          // how much of it, when decompressing
  std::string output_;
  std::unique_ptr<Decompressor> decompressor_;
  std::unique_ptr<Compressor> compressor_;
  std::optional<Closed> closed_;
};

}  // namespace gnet::ws
