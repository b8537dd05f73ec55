#include "gnet/ws/codec.h"

#include <algorithm>
#include <utility>

#include "gnet/ws/compressor.h"
#include "gnet/ws/shared_deflate.h"

namespace gnet::ws {
namespace {

constexpr std::uint64_t kLeastFrame = 16;           // what a frame counts at least
constexpr std::uint64_t kFreeOverhead = 64 * 1024;  // what frames may have beyond the message
constexpr std::size_t kLeastRoom = 2 * 1024;        // for what is decompressed
constexpr std::size_t kMostRoom = 16 * 1024;

}  // namespace

Codec::Codec(Role role, const CodecOptions& options)
    : role_(role),
      options_(options),
      decoder_({.role = role,
                .compression = options.deflate.has_value(),
                .max_frame = options.limits.max_frame}) {}
Codec::~Codec() {
  give_back();
}
Codec::Codec(Codec&& other) noexcept = default;
Codec& Codec::operator=(Codec&& other) noexcept = default;

bool Codec::open() const noexcept {
  return !close_sent_ && (!closed_ || half_closed_);
}

bool Codec::finished() const noexcept {
  return closed_.has_value();
}

bool Codec::within_message() const noexcept {
  return decoder_.within_message() || decoder_.within_frame();
}

std::size_t Codec::held() const noexcept {
  const auto outside = [](const std::string& text) {
    return text.capacity() > std::string().capacity() ? text.capacity() : 0;
  };
  return outside(message_) + outside(output_);
}

void Codec::lost(std::string why) noexcept {
  half_closed_ = false;
  if (closed_) return;
  closed_.emplace().reason = std::move(why);
  forget();
}

// Gives back what a message needed, once it has been handed out.
void Codec::free_message() noexcept {
  given_ = false;
  std::string().swap(message_);
}

void Codec::give_back() noexcept {
  if (options_.deflate && options_.deflate->peer_context_takeover) return;
  detail::give_back(std::move(decompressor_));
}

// Nothing more is read or sent.
void Codec::forget() noexcept {
  inflating_ = false;
  free_message();
  give_back();
  decompressor_.reset();
  compressor_.reset();
}

// --- receiving -----------------------------------------------------------------------------------

void Codec::feed(std::span<char> bytes, TimePoint now) {
  now_ = now;
  if (given_) free_message();
  decoder_.feed(bytes);
}

Event Codec::next() {
  if (given_) free_message();
  while (!closed_) {
    Event event;
    if (inflating_) {
      event = inflate();
    } else {
      const FrameEvent frame = decoder_.next();
      if (frame.kind == FrameEvent::none) break;
      event = take(frame);
    }
    if (event.kind != Event::none) return event;
  }
  return {};
}

Event Codec::take(const FrameEvent& frame) {
  switch (frame.kind) {
    case FrameEvent::data:
      return take_data(frame);
    case FrameEvent::control:
      return take_control(frame);
    default:
      return fail(decoder_.failure());
  }
}

std::string Codec::take_data(const Event& event) {
  if (!given_ || event.data.data() != message_.data()) return std::string(event.data);
  message_.resize(event.data.size());
  return std::exchange(message_, {});
}

void Codec::receive_pieces(bool pieces) noexcept {
  pieces_wanted_ = pieces;
}

Event Codec::take_control(const FrameEvent& frame) {
  if (!one_more_in_a_row()) {
    return fail({kPolicyViolation, "too many control frames in a row"});
  }
  switch (frame.opcode) {
    case Opcode::ping:
      if (options_.answer_pings && !close_sent_) {
        append_frame({.opcode = Opcode::pong}, frame.text());
      }
      return {.kind = Event::ping, .data = frame.text()};
    case Opcode::pong:
      return {.kind = Event::pong, .data = frame.text()};
    default:
      return take_close(frame.text());
  }
}

// False when there are too many frames without data.
bool Codec::one_more_in_a_row() noexcept {
  if (now_ - controls_since_ > std::chrono::seconds(1)) {
    controls_since_ = now_;
    controls_ = 0;
  }
  return ++controls_ <= options_.limits.max_controls;
}

Event Codec::take_close(std::string_view payload) {
  const auto parsed = parse_close(payload);
  if (const auto* failure = std::get_if<Failure>(&parsed)) return fail(*failure);
  const auto& close = std::get<Close>(parsed);
  closed_ = Closed{.code = close.code,
                   .reason = std::string(close.reason),
                   .by_peer = !close_sent_,
                   .clean = true};
  half_closed_ = !close_sent_ && !options_.answer_close;
  if (half_closed_) return {.kind = Event::close};
  if (!close_sent_) append_frame({.opcode = Opcode::close}, close_payload(close.code));
  close_sent_ = true;
  forget();
  return {.kind = Event::close};
}

Event Codec::fail(const Failure& failure) {
  closed_ = Closed{.code = failure.code, .reason = std::string(failure.reason), .failure = true};
  if (!close_sent_) {
    append_frame({.opcode = Opcode::close}, close_payload(failure.code, failure.reason));
  }
  close_sent_ = true;
  forget();
  return {.kind = Event::failure};
}

// --- messages ------------------------------------------------------------------------------------

std::uint64_t Codec::limit() const noexcept {
  return pieces_ ? options_.limits.max_pieces : options_.limits.max_message;
}

Event Codec::take_data(const FrameEvent& frame) {
  if (frame.starts) {
    opcode_ = frame.opcode;
    pieces_ = first_piece_ = pieces_wanted_;
    size_ = cost_ = 0;
    filled_ = 0;
  }
  if (const auto failure = count(frame)) return fail(*failure);
  if (frame.compressed) {
    if (decompressor_ == nullptr) {
      decompressor_ = options_.deflate->peer_context_takeover
                          ? std::make_unique<Decompressor>(options_.deflate->peer_window_bits)
                          : detail::borrow_decompressor();
    }
    decompressor_->feed(frame.text());
    inflating_ = true;
    last_frame_ = frame.ends;
    return {};
  }
  size_ += frame.payload.size();
  if (const auto failure = check(frame.text(), frame.ends)) return fail(*failure);
  if (pieces_) return piece(frame.text(), frame.ends);
  if (frame.starts && frame.ends) return whole(frame.text());
  return append(frame.text(), frame.ends);
}

// Counts what has come, and what the head of a frame announces.
std::optional<Failure> Codec::count(const FrameEvent& frame) {
  const std::uint64_t announced = frame.payload.size() + decoder_.left();
  if (!frame.payload.empty() || frame.ends) {
    controls_ = 0;
  } else if (announced == 0 && !one_more_in_a_row()) {
    return Failure{kPolicyViolation, "too many empty fragments in a row"};
  }
  if (limit() == kUnlimited || !frame.first) return std::nullopt;
  cost_ += std::max(announced, kLeastFrame);
  const std::uint64_t most =
      limit() + std::min(limit() / 1024 + kFreeOverhead, kUnlimited - limit());
  if (cost_ > most || (!frame.compressed && size_ + announced > limit())) {
    return Failure{kTooBig, "a message that is too long"};
  }
  return std::nullopt;
}

std::optional<Failure> Codec::check(std::string_view bytes, bool last) {
  if (size_ > limit()) return Failure{kTooBig, "a message that is too long"};
  if (opcode_ != Opcode::text) return std::nullopt;
  if (!utf8_.feed(bytes) || (last && !utf8_.complete())) {
    return Failure{kInvalidData, "text that is not UTF-8"};
  }
  return std::nullopt;
}

Event Codec::append(std::string_view bytes, bool last) {
  // What is known to come fits without growing twice, but room for it is not taken on trust.
  const std::uint64_t coming = message_.size() + bytes.size() + decoder_.left();
  const std::uint64_t trusted = 2 * (message_.size() + bytes.size()) + kMostRoom;
  if (message_.capacity() < coming && !last) {
    message_.reserve(static_cast<std::size_t>(std::min(coming, trusted)));
  }
  message_ += bytes;
  if (!last) return {};
  given_ = true;
  return whole(message_);
}

Event Codec::whole(std::string_view data) const noexcept {
  return {.kind = Event::message, .opcode = opcode_, .data = data};
}

Event Codec::piece(std::string_view data, bool last) noexcept {
  if (data.empty() && !last) return {};
  const bool first = std::exchange(first_piece_, false);
  return {.kind = Event::piece, .opcode = opcode_, .first = first, .last = last, .data = data};
}

// Decompresses what there is, or in pieces a part of it.
Event Codec::inflate() {
  if (pieces_) filled_ = 0;
  const std::size_t had = filled_;
  if (message_.size() - had < kLeastRoom) {
    message_.resize(had + (pieces_ ? kMostRoom : std::clamp(had, kLeastRoom, kMostRoom)));
  }
  // Never more than a byte beyond what the message may have.
  const std::uint64_t most = limit() - size_ + (limit() == kUnlimited ? 0 : 1);
  const auto room = std::min<std::uint64_t>(message_.size() - had, most);
  const auto output = decompressor_->inflate(message_.data() + had, static_cast<std::size_t>(room));
  filled_ += output.size;
  size_ += output.size;

  const bool last = output.status == Decompressor::Status::used_up && end_inflating();
  const std::string_view message(message_.data(), filled_);
  if (const auto failure = check(message.substr(had), last)) return fail(*failure);
  if (output.status == Decompressor::Status::corrupt) {
    return fail({kInvalidData, "compressed data that is corrupt"});
  }
  given_ = last || (pieces_ && filled_ != 0);
  if (pieces_) return piece(message, last);
  return last ? whole(message) : Event{};
}

// What the decompressor was fed is used up: true when that was all of the message.
bool Codec::end_inflating() noexcept {
  if (last_frame_ && !finishing_) {
    decompressor_->finish();
    return !(finishing_ = true);
  }
  inflating_ = finishing_ = false;
  if (last_frame_) give_back();
  return last_frame_;
}

}  // namespace gnet::ws
