// What is behind a WebSocket: its codec, its stream, and whoever sends and receives at the moment.
//
// Bytes to send are the codec's output until a fiber takes them, all that are there, and writes
// them: `sending_`, of which `sent_` are written. One fiber writes at a time; what others add
// meanwhile it takes along. A fiber of its own writes only what nobody else does: what was to go
// together with other answers, and then did not, or what came from a callback.
//
//   detail::Conversation conversation({}, &stream, Role::server, options, {}, {});
//   while (const auto message = conversation.receive()) conversation.send(message->opcode, …);
//
// Threads: of the hub of its stream.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/base/timer_heap.h"
#include "gnet/base/unique_function.h"
#include "gnet/base/utf8_checker.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/sync/wait_queue.h"
#include "gnet/ws/codec.h"
#include "gnet/ws/web_socket.h"

namespace gnet::ws::detail {

class Conversation {
 public:
  // On `stream`, or where that is null on its own.
  Conversation(AnyStream own, ByteStream* stream, Role role, const WebSocketOptions& options,
               const std::optional<DeflateAgreement>& deflate, std::string subprotocol);
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation();

  // The first bytes of the peer, which came with the handshake.
  void came_before(std::string bytes) noexcept { early_ = std::move(bytes); }

  // As WebSocket's.
  std::optional<Message> receive();
  std::optional<Piece> receive_piece();
  std::string take(const Message& message);
  void send(Opcode opcode, std::string_view data);
  bool try_send(Opcode opcode, std::string_view data);
  void send_piece(Opcode opcode, std::string_view piece, bool last);
  void ping(std::string_view data);
  void pong(std::string_view data);
  void close(CloseCode code, std::string_view reason);
  void shutdown_send(CloseCode code, std::string_view reason);
  void drain() noexcept;
  void abort() noexcept;

  [[nodiscard]] bool is_open() const noexcept { return codec_.open() && !failed_; }
  [[nodiscard]] std::size_t queued() const noexcept {
    return sending_.size() - sent_ + direct_ + codec_.output().size();
  }

  // What a WebSocket gives or sets as it is.
  [[nodiscard]] const Codec& codec() const noexcept { return codec_; }
  [[nodiscard]] ByteStream& stream() noexcept { return stream_; }
  const std::string subprotocol;
  const std::optional<DeflateAgreement> deflate;
  std::optional<Duration> round_trip;
  UniqueFunction<void(std::string_view)> on_pong;
  UniqueFunction<void()> at_end;

 private:
  class Receiving;
  class Writing;
  struct Alarm : Timer {
    Alarm(Callback callback, Conversation& of) noexcept : Timer(callback), owner(of) {}
    Conversation& owner;
  };

  // Receiving: conversation.cpp.
  Event next_message(bool pieces);
  bool take_event(const Event& event);
  void remember(const Event& event) noexcept;
  void take_pong(std::string_view data);
  bool fill();
  [[nodiscard]] std::size_t receive_bytes();
  template <typename S>
  void wait_readable(S& source);
  void lost(std::string why) noexcept;
  void finish();
  void leave();

  // Time and the end: conversation.cpp.
  void begin_close(CloseCode code, std::string_view reason);
  void give_up(const char* why) noexcept;
  void set_alarm();
  void ring() noexcept;
  void keep_alive(TimePoint now);

  // Sending: conversation_send.cpp.
  [[noreturn]] void throw_closed() const;
  void check_text(Opcode opcode, std::string_view data) const;
  void wait_for_turn(bool alone);
  [[nodiscard]] bool is_given(std::string_view data) const noexcept;
  void send_from_there(const FrameHead& head, std::string_view data);
  void flush_in_time();
  void flush();
  void write_output();
  void write_all(std::string_view& data);
  std::size_t write(std::string_view data);
  void fail(std::string why) noexcept;
  void start_writer();
  void start_writer_or_give_up() noexcept;
  void give_back_memory() noexcept;
  [[nodiscard]] bool has_output() const noexcept {
    return sent_ != sending_.size() || !codec_.output().empty();
  }
  [[nodiscard]] bool is_plain() noexcept;

  gnet::detail::Scheduler& hub_ = gnet::detail::Scheduler::current();
  AnyStream own_;
  ByteStream& stream_;
  const Role role_;
  const WebSocketOptions options_;
  Codec codec_;
  WaitQueue changed_;  // room, a turn, or the end

  // Receiving.
  std::optional<BufferLease> buffer_;  // while something in it is to be looked at
  std::string_view given_;             // the message that was received last, if it lies in there
  std::string early_;                  // is read before what the stream has
  const void* receiver_ = nullptr;     // the fiber that has a view of a message
  bool receiving_ = false;
  bool waiting_ = false;     // for the peer
  bool given_text_ = false;  // it is text, and so UTF-8
  bool in_pieces_ = false;
  bool plain_ = false;
  bool half_closed_ = false;  // by this side, which still listens
  bool ended_ = false;

  // Sending.
  bool writing_ = false;
  bool failed_ = false;           // nothing can be sent any more
  const void* sender_ = nullptr;  // the fiber whose message goes in pieces
  Utf8Checker pieces_;            // of that message
  std::size_t sent_ = 0;          // of sending_
  std::size_t direct_ = 0;        // bytes that wait, and are not copied
  std::string sending_;
  std::string why_;  // it ends, if that was found here
  Fiber<> writer_;
  Alarm soon_;  // then what was left for later is written

  // Time.
  Alarm alarm_;
  TimePoint heard_ = hub_.now();
  TimePoint message_at_ = heard_;
  TimePoint closing_at_ = TimePoint::max();  // when the closing handshake has taken too long
  TimePoint ping_due_ = TimePoint::max();    // when an answer is missed
  TimePoint ping_at_{};
  std::uint32_t pings_ = 0;
  bool pinged_ = false;
  bool missed_ = false;  // half of the time for an answer is over
};

}  // namespace gnet::ws::detail
