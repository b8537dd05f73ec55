#include "tests/unit/ws/endpoint.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "tests/unit/ws/frames.h"

using gnet::ws::Codec;
using gnet::ws::Event;
using gnet::ws::Opcode;

namespace {

std::string shown(std::string_view data) {
  if (data.size() > 300) return ' ' + std::to_string(data.size()) + " bytes";
  return (data.empty() ? "" : " ") + std::string(data);
}

std::string shown(const Codec& codec, const Event& event) {
  switch (event.kind) {
    case Event::message:
      return (event.opcode == Opcode::text ? "text" : "binary") + shown(event.data);
    case Event::ping:
      return "ping" + shown(event.data);
    case Event::pong:
      return "pong" + shown(event.data);
    case Event::close:
      return "close " + std::to_string(codec.closed()->code) + shown(codec.closed()->reason);
    case Event::failure:
      return "failure " + std::to_string(codec.closed()->code);
    default:
      return "unexpected";
  }
}

}  // namespace

std::string transcript(Codec& codec, gnet::ws::Role role, std::string bytes, std::size_t piece,
                       std::size_t first) {
  std::string text;
  std::size_t size = first == 0 ? piece : first;
  for (std::size_t at = 0; at < bytes.size(); at += size, size = piece) {
    codec.feed(std::span(bytes).subspan(at, std::min(size, bytes.size() - at)), {});
    for (auto event = codec.next(); event.kind != Event::none; event = codec.next()) {
      text += (text.empty() ? "" : " | ") + shown(codec, event);
    }
    BOOST_TEST((codec.next().kind == Event::none));
  }
  if (codec.within_message() && !codec.finished()) text += " …";
  if (!codec.output().empty()) text += " => " + read_by_hand(role, codec.output());
  codec.clear_output();
  return text;
}

std::string outcome(gnet::ws::Role role, const gnet::ws::CodecOptions& options,
                    const std::string& bytes) {
  const auto run = [&](std::size_t piece, std::size_t first = 0) {
    Codec codec(role, options);
    return transcript(codec, role, bytes, piece, first);
  };
  const std::string whole = run(std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t piece : {1U, 2U, 3U, 61U, 997U, 65536U}) {
    if (piece < 61 && bytes.size() > 100000) continue;
    const std::string cut = run(piece);
    if (cut != whole) return "in pieces of " + std::to_string(piece) + ": " + cut + "; " + whole;
  }
  const std::size_t step = bytes.size() / 700 + 1;
  for (std::size_t first = 1; first<bytes.size(); first += bytes.size()> 100000 ? 40009 : step) {
    const std::string cut = run(bytes.size(), first);
    if (cut != whole) return "cut at " + std::to_string(first) + ": " + cut + "; " + whole;
  }
  return whole;
}
