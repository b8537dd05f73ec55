// How a program tells messages apart on its standard input and output.
//
//   ExecFraming framing(ExecFraming::Kind::line, 1 << 20);
//   auto reader = framing.reader();
//   reader.feed(bytes, [&](const ExecMessage& message) { socket.send(message); });
//   reader.finish(…);                                 // what had no end
//   framing.append(text, message);                    // for its standard input
//
// Threads: values.

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "gnet/protocol/framer.h"

namespace commands {

struct ExecMessage {
  std::string_view data;
  bool is_text = true;  // UTF-8, and not said to be anything else
};

class ExecFraming {
 public:
  enum class Kind {
    line,     // messages end with LF; a CR before it goes too
    null,     // with a byte 0
    raw,      // what is read at once
    length4,  // begin with their length, four bytes, the highest first
    json,     // a line with a JSON string, or {"base64":"…"}; other JSON is a text as it is
  };
  using Sink = std::function<void(const ExecMessage& message)>;

  // `limit`: the longest message, in bytes.
  ExecFraming(Kind kind, std::size_t limit) noexcept : kind_(kind), limit_(limit) {}

  [[nodiscard]] Kind kind() const noexcept { return kind_; }

  // Adds a message to what a program is to read.
  void append(std::string& text, const ExecMessage& message) const;

  // What a program writes, cut into messages.
  class Reader {
   public:
    explicit Reader(const ExecFraming& framing);

    // Throws gnet::MessageTooLong; after that it is of no more use.
    void feed(std::string_view bytes, const Sink& sink);

    // There is nothing more: what had no end is a message where ends are but marks.
    void finish(const Sink& sink);

   private:
    void tell(std::string_view data, const Sink& sink) const;

    ExecFraming::Kind kind_;
    std::variant<std::monostate, gnet::LineFramer, gnet::DelimiterFramer, gnet::LengthPrefixFramer>
        framer_;
  };
  [[nodiscard]] Reader reader() const { return Reader(*this); }

 private:
  Kind kind_;
  std::size_t limit_;
};

}  // namespace commands
