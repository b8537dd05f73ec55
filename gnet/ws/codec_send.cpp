// The sending half of Codec.

#include <span>
#include <stdexcept>

#include "gnet/base/error.h"
#include "gnet/ws/codec.h"
#include "gnet/ws/compressor.h"
#include "gnet/ws/masking.h"
#include "gnet/ws/shared_deflate.h"

namespace gnet::ws {
namespace {

constexpr std::size_t kKeptOutput = 256;  // what an output buffer may have for the next time

MaskKey next_mask() {
  thread_local MaskKeys keys;
  return keys.next();
}

bool is_data(Opcode opcode) noexcept {
  return opcode == Opcode::text || opcode == Opcode::binary;
}

}  // namespace

void Codec::require_open(Opcode opcode, bool within_pieces) const {
  if (!is_data(opcode)) throw std::invalid_argument("a WebSocket's message is text or binary");
  if (!open()) throw Misuse("a message for a WebSocket that is closed");
  if (sending_pieces_ && !within_pieces) {
    throw Misuse("a message for a WebSocket, before the last piece of another");
  }
}

bool Codec::compresses(std::size_t size) const noexcept {
  return options_.deflate && size >= options_.compression.min_size;
}

void Codec::send(Opcode opcode, std::string_view message) {
  require_open(opcode, false);
  if (compresses(message.size()) && append_compressed(opcode, message)) return;
  append_frame({.opcode = opcode}, message);
}

void Codec::send_piece(Opcode opcode, std::string_view piece, bool last) {
  require_open(opcode, true);
  append_frame({.opcode = sending_pieces_ ? Opcode::continuation : opcode, .fin = last}, piece);
  sending_pieces_ = !last;
}

std::optional<FrameHead> Codec::head(Opcode opcode, std::size_t size) const {
  require_open(opcode, false);
  if (role_ == Role::client || compresses(size)) return std::nullopt;
  return FrameHead({.opcode = opcode, .size = size});
}

void Codec::ping(std::string_view data) {
  send_control(Opcode::ping, data);
}

void Codec::pong(std::string_view data) {
  send_control(Opcode::pong, data);
}

void Codec::send_control(Opcode opcode, std::string_view data) {
  if (data.size() > kMaxControl) {
    throw std::invalid_argument("a ping or a pong of more than 125 bytes");
  }
  if (!open()) throw Misuse("a ping or a pong for a WebSocket that is closed");
  append_frame({.opcode = opcode}, data);
}

void Codec::close(CloseCode code, std::string_view reason) {
  const std::string payload = close_payload(code, reason);
  if (!open()) return;
  append_frame({.opcode = Opcode::close}, payload);
  close_sent_ = true;
  if (half_closed_) forget();
}

void Codec::clear_output() noexcept {
  if (output_.capacity() <= kKeptOutput) return output_.clear();
  std::string().swap(output_);
}

void Codec::append_frame(FrameHeader header, std::string_view payload) {
  header.size = payload.size();
  if (role_ == Role::client) header.mask = next_mask();
  const FrameHead head(header);
  output_.reserve(output_.size() + head.bytes().size() + payload.size());
  output_ += head.bytes();
  output_ += payload;
  if (header.mask) apply_mask(std::span(output_).last(payload.size()), *header.mask);
}

// False if the message is sent better as it is, which it can only be without context takeover: what
// the compressor remembers, the peer has to have seen.
bool Codec::append_compressed(Opcode opcode, std::string_view message) {
  const std::size_t begin = output_.size();
  try {
    compress(message);
  } catch (...) {
    output_.resize(begin);
    compressor_.reset();  // the next one remembers nothing, which is always right
    throw;
  }
  const std::size_t size = output_.size() - begin;
  if (compressor_ == nullptr && size >= message.size()) {
    output_.resize(begin);
    return false;
  }
  FrameHeader header{.opcode = opcode, .compressed = true, .size = size};
  if (role_ == Role::client) {
    header.mask = next_mask();
    apply_mask(std::span(output_).last(size), *header.mask);
  }
  output_.insert(begin, FrameHead(header).bytes());
  return true;
}

// Appends it to the output.
void Codec::compress(std::string_view message) {
  const Compressor::Options options{.window_bits = options_.deflate->window_bits,
                                    .level = options_.compression.level,
                                    .memory_level = options_.compression.memory_level,
                                    .context_takeover = options_.deflate->context_takeover};
  if (!options.context_takeover) return detail::compress_shared(options, message, output_);
  if (compressor_ == nullptr) compressor_ = std::make_unique<Compressor>(options);
  compressor_->compress(message, output_);
}

}  // namespace gnet::ws
