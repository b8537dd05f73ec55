// A WebSocket server and a client with compression, whatever comes and in whatever pieces: what
// they make of it does not depend on the pieces, messages are UTF-8 and no longer than they may be,
// what is held is bounded, and what they write is frames that the other side understands.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gnet/base/utf8.h"
#include "gnet/ws/codec.h"

using gnet::ws::Codec;
using gnet::ws::CodecOptions;
using gnet::ws::Event;
using gnet::ws::Opcode;
using gnet::ws::Role;

namespace {

constexpr std::size_t kLongest = 5000;
constexpr std::size_t kMostHeld = 100'000;

void require(bool condition) {
  if (!condition) std::abort();
}

// Pieces are joined: where they end is up to those that the bytes came in.
void write_down(std::string& log, const Codec& codec, const Event& event) {
  if (event.kind == Event::message) {
    require(event.data.size() <= kLongest);
    require(event.opcode == Opcode::binary || gnet::is_utf8(event.data));
  }
  if (event.kind == Event::close || event.kind == Event::failure) {
    log += "|" + std::to_string(codec.closed()->code) + codec.closed()->reason;
    return;
  }
  if (event.kind != Event::piece || event.first) log += "|" + std::to_string(event.kind);
  if (event.kind != Event::piece || !event.last || !event.data.empty()) log += event.data;
}

// The other side reads what was written.
void read_back(Role role, const CodecOptions& options, std::string output) {
  Codec other(role == Role::server ? Role::client : Role::server, options);
  other.feed(output, {});
  for (auto event = other.next(); event.kind != Event::none; event = other.next()) {
    require(event.kind != Event::failure);
  }
}

std::string run(Role role, const CodecOptions& options, bool pieces, std::string bytes,
                std::size_t piece) {
  Codec codec(role, options);
  codec.receive_pieces(pieces);
  std::string log;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    codec.feed(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)), {});
    for (auto event = codec.next(); event.kind != Event::none; event = codec.next()) {
      // Where text turns out wrong within a message, some of it may have been handed out.
      if (!pieces || event.kind != Event::piece) write_down(log, codec, event);
      if (event.kind == Event::message && codec.open()) codec.send(event.opcode, event.data);
    }
    require(codec.held() <= kMostHeld + 2 * codec.output().size());
  }
  if (codec.finished()) require(!codec.open());
  read_back(role, options, std::string(codec.output()));
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = data[0] % 50 + 1U;
  const unsigned how = data[1];
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  CodecOptions options{.limits = {.max_message = kLongest, .max_pieces = kLongest}};
  if ((how & 2U) != 0) {
    options.deflate = {.context_takeover = (how & 4U) != 0,
                       .peer_context_takeover = (how & 8U) != 0,
                       .window_bits = static_cast<std::uint8_t>(8 + (how >> 4U & 7U)),
                       .peer_window_bits = static_cast<std::uint8_t>(8 + (how >> 4U & 7U))};
  }
  const Role role = (how & 1U) != 0 ? Role::client : Role::server;
  const bool pieces = (how & 0x80U) != 0;
  const std::string whole =
      run(role, options, pieces, bytes, std::max<std::size_t>(bytes.size(), 1));
  require(run(role, options, pieces, bytes, 1) == whole);
  require(run(role, options, pieces, bytes, piece) == whole);
  return 0;
}
