// How messages are told apart in a stream of bytes, where that is chosen while the program runs.
//
//   FramingCodec codec(Framing::line);
//   codec.feed("one\ntw");
//   codec.next();                      // "one"
//   codec.next();                      // nothing: "tw" is not whole yet
//   codec.append("three", text);       // text += "three\n"
//
// For a protocol that is known beforehand there are the framers of gnet/protocol/framer.h, which
// copy less, and on whose rules this stands.
//
// Threads: a value without locks.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "gnet/protocol/framer.h"

namespace gnet::link {

enum class Framing : std::uint8_t {
  raw,      // what comes at once is a message; nothing is written around one
  line,     // LF or CR LF ends a message, LF is written
  null,     // a NUL byte ends one
  length2,  // two bytes, big-endian, say how long the message behind them is
  length4,  // four bytes do
};

[[nodiscard]] std::string_view to_string(Framing framing) noexcept;
[[nodiscard]] std::optional<Framing> parse_framing(std::string_view text) noexcept;

inline constexpr std::size_t kMaxFramed = 16 * 1024 * 1024;

class FramingCodec {
 public:
  explicit FramingCodec(Framing framing, std::size_t max_message = kMaxFramed);

  [[nodiscard]] Framing framing() const noexcept { return framing_; }

  // Bytes that have come.
  void feed(std::string_view data);

  // The next whole message of what was fed; nothing: more has to come. The view is valid until the
  // next call of feed(), next() or last(). Throws MessageTooLong.
  [[nodiscard]] std::optional<std::string_view> next();

  // After the last of next(), when no more will come: a message whose end was left out, which only
  // lines and what NUL bytes end may do. Throws ConnectionLost when a length has promised more.
  [[nodiscard]] std::optional<std::string_view> last();

  // Adds a message in its framing. One that holds what ends messages is several on the other side:
  // it is not changed. Throws MessageTooLong.
  void append(std::string_view message, std::string& text) const;

 private:
  using Cut = std::variant<std::monostate, gnet::detail::LineCut, gnet::detail::DelimiterCut,
                           gnet::detail::LengthCut>;

  static Cut cut_for(Framing framing, std::size_t max_message);

  Framing framing_;
  Cut cut_;
  std::string buffer_;
  std::size_t begin_ = 0;  // what lies before it was handed on
  std::size_t seen_ = 0;   // from there on, how much has been searched
};

}  // namespace gnet::link
