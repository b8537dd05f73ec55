#include "gnet/ws/conversation.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/long_wait.h"
#include "gnet/io/stream.h"

namespace gnet::ws::detail {
namespace {

constexpr std::size_t kReceive = 64 * 1024;
constexpr std::size_t kFarewellBytes = 1024 * 1024;  // read and dropped behind the end

constexpr gnet::detail::WaitKind kEnd{"the end of a WebSocket"};
constexpr gnet::detail::WaitKind kPongRoom{"room for a pong"};

CodecOptions codec_options(const WebSocketOptions& options,
                           const std::optional<DeflateAgreement>& deflate) {
  return {.limits = options.limits,
          .deflate = deflate,
          .compression = options.deflate,
          .answer_close = !options.half_close};
}

}  // namespace

// One fiber receives.
class Conversation::Receiving {
 public:
  explicit Receiving(Conversation& of) : of_(of) {
    if (of.receiving_) throw Misuse("a second fiber wants to receive on one WebSocket");
    of.receiving_ = true;
    of.receiver_ = nullptr;
  }
  Receiving(const Receiving&) = delete;
  Receiving& operator=(const Receiving&) = delete;
  ~Receiving() { of_.receiving_ = false; }

 private:
  Conversation& of_;
};

Conversation::Conversation(AnyStream own, ByteStream* stream, Role role,
                           const WebSocketOptions& options,
                           const std::optional<DeflateAgreement>& agreed, std::string chosen)
    : subprotocol(std::move(chosen)),
      deflate(agreed),
      own_(std::move(own)),
      stream_(stream != nullptr ? *stream : own_),
      role_(role),
      options_(options),
      codec_(role, codec_options(options, agreed)),
      soon_(
          [](Timer& timer) noexcept { static_cast<Alarm&>(timer).owner.start_writer_or_give_up(); },
          *this),
      alarm_([](Timer& timer) noexcept { static_cast<Alarm&>(timer).owner.ring(); }, *this) {
  set_alarm();
}

Conversation::~Conversation() {
  if (at_end) at_end();
  hub_.disarm(soon_);
  hub_.disarm(alarm_);
  if (!writer_ || !writer_.active()) return;
  stream_.abort();
  const Uninterruptible wait_out;
  writer_.kill();
}

// ---- receiving ----

std::optional<Message> Conversation::receive() {
  if (in_pieces_) throw Misuse("a WebSocket's message, before the last piece of another");
  const Event event = next_message(false);
  if (event.kind == Event::none) return std::nullopt;
  return Message{event.opcode, event.data};
}

std::optional<Piece> Conversation::receive_piece() {
  const Event event = next_message(true);
  in_pieces_ = event.kind != Event::none && !event.last;
  if (event.kind == Event::none) return std::nullopt;
  return Piece{event.opcode, event.data, event.first, event.last};
}

std::string Conversation::take(const Message& message) {
  return codec_.take_data({.data = message.data});
}

// The next message, or piece of one; `none` when it has ended.
Event Conversation::next_message(bool pieces) {
  const Receiving here(*this);
  given_ = {};
  codec_.receive_pieces(pieces);
  while (!ended_) {
    const Event event = codec_.next();
    if (event.kind == Event::none) {
      if (codec_.finished() && codec_.open()) {  // the peer has said all, this side has not
        buffer_.reset();
        return {};
      }
      if (codec_.finished() || !fill()) finish();
    } else if (take_event(event)) {
      receiver_ = &hub_.running();
      message_at_ = hub_.now();
      remember(event);
      return event;
    }
  }
  return {};
}

// Of a server that is mostly an echo, the next thing to be sent.
void Conversation::remember(const Event& event) noexcept {
  if (event.kind != Event::message || role_ == Role::client || !buffer_) return;
  const auto at = reinterpret_cast<std::uintptr_t>(event.data.data());
  const auto begin = reinterpret_cast<std::uintptr_t>(buffer_->data());
  if (at < begin || at >= begin + buffer_->size()) return;
  given_ = event.data;
  given_text_ = event.opcode == Opcode::text;
}

// Whether it is for the one who receives. A message is not, once this side has said close for good:
// nobody could answer it.
bool Conversation::take_event(const Event& event) {
  switch (event.kind) {
    case Event::message:
    case Event::piece:
      return codec_.open() || half_closed_;
    case Event::ping:
      // A peer that pings and does not read is not read either.
      if (queued() <= options_.high_water) return false;
      flush();
      while (writing_ && queued() > options_.high_water) changed_.wait(kPongRoom, this);
      return false;
    case Event::pong:
      take_pong(event.data);
      return false;
    default:
      if (!codec_.open()) finish();
      return false;
  }
}

void Conversation::take_pong(std::string_view data) {
  if (data == std::to_string(pings_) && ping_at_ != TimePoint()) {
    round_trip = hub_.now() - std::exchange(ping_at_, TimePoint());
  }
  if (on_pong) on_pong(data);
}

// Suspends for bytes, and feeds them. False: none come any more.
bool Conversation::fill() {
  buffer_.reset();
  flush();
  if (!has_output()) give_back_memory();
  if (!early_.empty()) {
    const std::string bytes = std::exchange(early_, {});
    buffer_.emplace(hub_, std::max(bytes.size(), kReceive));
    std::memcpy(buffer_->data(), bytes.data(), bytes.size());
    codec_.feed(std::span(buffer_->data(), bytes.size()), hub_.now());
    return true;
  }
  try {
    const std::size_t size = receive_bytes();
    heard_ = hub_.now();
    if (std::exchange(pinged_, false)) set_alarm();
    if (size != 0) {
      codec_.feed(std::span(buffer_->data(), size), heard_);
      return true;
    }
    lost("the connection has ended without a close frame");
  } catch (const std::system_error& error) {
    lost(error.what());
  }
  return false;
}

// Suspends without a buffer, and takes one when something has come. That there is something may not
// be so, which a mere socket tells by itself: it saves the probe.
std::size_t Conversation::receive_bytes() {
  Socket* const socket = is_plain() ? stream_.lowest_socket() : nullptr;
  if (socket == nullptr) {
    wait_readable(stream_);
    buffer_.emplace(hub_, kReceive);
    return stream_.receive(buffer_->data(), kReceive);
  }
  if (socket->may_read()) socket->took_turn();
  for (;;) {
    wait_readable(*socket);
    buffer_.emplace(hub_, kReceive);
    if (const auto size = socket->try_receive(buffer_->data(), kReceive)) return *size;
    buffer_.reset();
  }
}

template <typename S>
void Conversation::wait_readable(S& source) {
  struct Waiting {
    explicit Waiting(bool& of) noexcept : flag(of) { flag = true; }
    ~Waiting() { flag = false; }
    bool& flag;
  } const here(waiting_);
  static_cast<void>(gnet::detail::wait_long(source, Deadline::never()));
}

// Whether it is a mere socket. A stream that has other bytes first becomes one later.
bool Conversation::is_plain() noexcept {
  if (!plain_) plain_ = dynamic_cast<Stream*>(&stream_.concrete()) != nullptr;
  return plain_;
}

void Conversation::lost(std::string why) noexcept {
  codec_.lost(why_.empty() ? std::move(why) : why_);
  failed_ = true;
}

// What is left to do when nothing more is to be read.
void Conversation::finish() {
  given_ = {};
  buffer_.reset();
  if (closing_at_ == TimePoint::max()) {
    closing_at_ = options_.close_timeout.after(hub_.now());
    set_alarm();
  }
  flush();
  while (writing_) changed_.wait(kEnd, this);
  if (own_) leave();
  hub_.disarm(alarm_);
  ended_ = true;
  changed_.notify_all();
}

// A client waits for the server to close the connection (§7.1.1); whoever breaks off while the peer
// still sends has it read why.
void Conversation::leave() {
  try {
    if (!failed_ && (role_ == Role::server || codec_.closed()->failure)) stream_.shutdown_send();
    const BufferLease buffer(hub_, kReceive);
    for (std::size_t dropped = 0; !failed_ && dropped < kFarewellBytes;) {
      const std::size_t size = stream_.receive(buffer.data(), kReceive);
      if (size == 0) break;
      dropped += size;
    }
  } catch (const std::system_error&) {
    // It took too long, see ring(), or the peer has gone.
  }
  stream_.close();
}

// ---- the end ----

void Conversation::close(CloseCode code, std::string_view reason) {
  begin_close(code, reason);
  flush();
  const bool others = receiving_ || (receiver_ != nullptr && receiver_ != &hub_.running());
  if (!others) static_cast<void>(next_message(false));
  while (!ended_ && !failed_) changed_.wait(kEnd, this);
}

void Conversation::shutdown_send(CloseCode code, std::string_view reason) {
  if (!is_open()) return;
  half_closed_ = true;
  codec_.close(code, reason);
  set_alarm();
  flush();
  // That was the last word of the two.
  if (codec_.finished() && !receiving_) static_cast<void>(next_message(false));
}

void Conversation::begin_close(CloseCode code, std::string_view reason) {
  codec_.close(code, reason);
  if (ended_ || closing_at_ != TimePoint::max()) return;
  closing_at_ = options_.close_timeout.after(hub_.now());
  set_alarm();
  changed_.notify_all();
}

void Conversation::drain() noexcept {
  if (!is_open()) return;
  try {
    begin_close(kGoingAway, {});
  } catch (...) {
    return give_up("no memory to close it with");
  }
  start_writer_or_give_up();
}

void Conversation::abort() noexcept {
  give_up("it was aborted");
}

void Conversation::give_up(const char* why) noexcept {
  if (ended_) return;
  fail(why);
  stream_.abort();
}

// ---- time ----

void Conversation::set_alarm() {
  TimePoint due = closing_at_;
  if (codec_.open() && due == TimePoint::max()) {
    if (options_.idle_timeout > Duration::zero()) due = options_.idle_timeout.after(message_at_);
    if (options_.ping_interval > Duration::zero()) {
      due = std::min(due, pinged_ ? ping_due_ : options_.ping_interval.after(heard_));
    }
  }
  hub_.disarm(alarm_);
  alarm_.keeps_alive = closing_at_ != TimePoint::max();  // somebody waits for it then
  if (due != TimePoint::max()) hub_.arm(alarm_, due);
}

// Runs on the hub.
void Conversation::ring() noexcept {
  if (closing_at_ != TimePoint::max()) {
    fail("the peer has not answered the close in time");
    return stream_.close();
  }
  try {
    const TimePoint now = hub_.now() + gnet::detail::Scheduler::kClockSlack;
    const bool idles = options_.idle_timeout > Duration::zero();
    if (idles && options_.idle_timeout.after(message_at_) <= now) {
      begin_close(kGoingAway, "idle");
      return start_writer_or_give_up();
    }
    keep_alive(now);
    if (!failed_) set_alarm();
  } catch (...) {
    give_up("no memory");
  }
}

void Conversation::keep_alive(TimePoint now) {
  if (options_.ping_interval <= Duration::zero()) return;
  if (!pinged_) {
    if (options_.ping_interval.after(heard_) > now) return;
    codec_.ping(std::to_string(++pings_));
    pinged_ = true;
    missed_ = false;
    ping_at_ = now;
    ping_due_ = options_.ping_timeout <= Duration::zero() ? TimePoint::max()
                                                          : options_.ping_timeout.after(now);
    if (ping_due_ != TimePoint::max()) ping_due_ = now + (ping_due_ - now) / 2;
    return start_writer_or_give_up();
  }
  if (ping_due_ > now) return;
  // Only who listens misses anything. And after a time in which nothing ran here, what came
  // meanwhile is read before anybody is given up: so the time is counted in two halves.
  const Duration half = options_.ping_timeout / 2;
  if (!waiting_) {
    missed_ = false;
    ping_due_ = now + half;
  } else if (!missed_) {
    missed_ = true;
    ping_due_ = now + half;
  } else {
    give_up("the peer does not answer pings");
  }
}

}  // namespace gnet::ws::detail
