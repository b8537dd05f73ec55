// Framers: from bytes to messages.
//
// A framer is fed what comes from a stream, in whatever pieces, and calls `sink`
// with each whole message. It does no I/O. A message that lies whole in one piece is
// handed on without being copied.
//
//   gnet::LineFramer framer;
//   framer.feed("one\ntw", print);                // prints "one"
//   framer.feed("o\r\n", print);                  // prints "two"
//
// Each has: feed(view, sink), which throws MessageTooLong; rest(), what has come of a
// message that is not whole; and append(message, text), which adds the message to
// `text` in the framing that feed() understands.
//
// Threads: values without locks.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace gnet {

// A message is longer than its framer allows: "a message of more than 65536 bytes".
class MessageTooLong : public std::length_error {
 public:
  explicit MessageTooLong(std::size_t limit);

  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

 private:
  std::size_t limit_;
};

inline constexpr std::size_t kMaxMessage = 64 * 1024;

// Where a message lies in what has come.
struct Frame {
  std::size_t begin = 0;  // where the message's own bytes begin
  std::size_t size = 0;   // how many there are
  std::size_t frame = 0;  // how many it takes with its framing; 0: it is not whole
};

// What the framers below have in common, and what others can be made of. A Cut is a class that says
// how messages are told apart. Messages that end with a dot, say:
//
//   struct Dotted {
//     // The first message in `view`, which begins with one and has been searched up to `seen`; a
//     // Frame{} when it is not whole yet. Throws MessageTooLong, if there is to be a limit.
//     gnet::Frame cut(std::string_view view, std::size_t seen) const {
//       const auto dot = view.find('.', seen);
//       return dot == view.npos ? gnet::Frame{} : gnet::Frame{0, dot, dot + 1};
//     }
//     // How much of `data` is worth appending to `kept`, the begin of a message: all of it, or up
//     // to where the message may be whole.
//     std::size_t wanted(std::string_view, std::string_view data) const { return data.size(); }
//     // Adds a message with its framing: what send() of a FramedProtocol needs.
//     void append(std::string_view message, std::string& text) const { (text += message) += '.'; }
//   };
//   struct Sentences : gnet::FramedProtocol<gnet::Framer<Dotted>> { … };
template <typename Cut>
class Framer : private Cut {
 public:
  using Cut::Cut;

  // Calls sink(std::string_view) with each message that is now whole. The view is
  // valid until sink returns. Throws MessageTooLong, and what sink throws; after
  // either the framer is of no more use.
  template <typename Sink>
  void feed(std::string_view data, Sink&& sink) {
    while (!rest_.empty()) {
      // Only as much as may complete the message is copied to what is kept.
      const std::size_t had = rest_.size();
      const std::size_t more = Cut::wanted(rest_, data);
      rest_.append(data.substr(0, more));
      const Frame found = Cut::cut(rest_, seen_);
      if (found.frame == 0) {
        seen_ = rest_.size();
        data.remove_prefix(more);
        if (data.empty()) return;
        continue;
      }
      const std::string whole = std::exchange(rest_, {});
      seen_ = 0;
      data.remove_prefix(found.frame - had);
      sink(std::string_view(whole).substr(found.begin, found.size));
    }
    while (!data.empty()) {
      const Frame found = Cut::cut(data, 0);
      if (found.frame == 0) {
        rest_ = data;
        seen_ = data.size();
        return;
      }
      const std::string_view message = data.substr(found.begin, found.size);
      data.remove_prefix(found.frame);
      sink(message);
    }
  }

  // What has come of a message that is not whole, with its framing.
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  using Cut::append;

 private:
  std::string rest_;
  std::size_t seen_ = 0;  // how much of it has been looked at
};

namespace detail {

// Messages that end with a text.
class DelimiterCut {
 public:
  explicit DelimiterCut(std::string delimiter, std::size_t limit = kMaxMessage);

  [[nodiscard]] Frame cut(std::string_view view, std::size_t seen) const;
  [[nodiscard]] std::size_t wanted(std::string_view kept, std::string_view data) const noexcept;
  void append(std::string_view message, std::string& text) const;

 private:
  std::string delimiter_;
  std::size_t limit_;
};

// Lines that end with LF or CR LF.
class LineCut {
 public:
  explicit LineCut(std::size_t limit = kMaxMessage) noexcept : limit_(limit) {}

  [[nodiscard]] Frame cut(std::string_view view, std::size_t seen) const;
  [[nodiscard]] std::size_t wanted(std::string_view kept, std::string_view data) const noexcept;
  void append(std::string_view message, std::string& text) const;

 private:
  std::size_t limit_;
};

// Messages after their length.
class LengthCut {
 public:
  enum class Prefix : std::uint8_t { u8, u16_be, u16_le, u32_be, u32_le };

  explicit LengthCut(Prefix prefix = Prefix::u32_be, std::size_t limit = kMaxMessage) noexcept;

  [[nodiscard]] Frame cut(std::string_view view, std::size_t seen) const;
  [[nodiscard]] std::size_t wanted(std::string_view kept, std::string_view data) const noexcept;
  void append(std::string_view message, std::string& text) const;

 private:
  [[nodiscard]] std::size_t length(std::string_view view) const noexcept;

  std::size_t bytes_;
  bool little_;
  std::size_t limit_;
};

// Messages of one size.
class FixedCut {
 public:
  explicit FixedCut(std::size_t size);

  [[nodiscard]] Frame cut(std::string_view view, std::size_t seen) const noexcept;
  [[nodiscard]] std::size_t wanted(std::string_view kept, std::string_view data) const noexcept;
  void append(std::string_view message, std::string& text) const;

 private:
  std::size_t size_;
};

}  // namespace detail

// LineFramer(limit): lines that end with LF or CR LF, which are not handed on.
using LineFramer = Framer<detail::LineCut>;

// DelimiterFramer(delimiter, limit): messages that end with any text.
using DelimiterFramer = Framer<detail::DelimiterCut>;

// LengthPrefixFramer(LengthPrefix::u32_be, limit): messages after their length.
using LengthPrefixFramer = Framer<detail::LengthCut>;
using LengthPrefix = detail::LengthCut::Prefix;

// FixedFramer(size): messages of one size.
using FixedFramer = Framer<detail::FixedCut>;

}  // namespace gnet
