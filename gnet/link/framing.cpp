#include "gnet/link/framing.h"

#include <array>
#include <utility>

#include "gnet/base/error.h"

namespace gnet::link {
namespace {

constexpr std::array kNames = {"raw", "line", "null", "length2", "length4"};

}  // namespace

std::string_view to_string(Framing framing) noexcept {
  return kNames[static_cast<std::size_t>(framing)];
}

std::optional<Framing> parse_framing(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (text == kNames[i]) return static_cast<Framing>(i);
  }
  return std::nullopt;
}

FramingCodec::FramingCodec(Framing framing, std::size_t max_message)
    : framing_(framing), cut_(cut_for(framing, max_message)) {}

FramingCodec::Cut FramingCodec::cut_for(Framing framing, std::size_t max_message) {
  using gnet::detail::LengthCut;
  switch (framing) {
    case Framing::raw:
      break;
    case Framing::line:
      return gnet::detail::LineCut(max_message);
    case Framing::null:
      return gnet::detail::DelimiterCut(std::string(1, '\0'), max_message);
    case Framing::length2:
      return LengthCut(LengthCut::Prefix::u16_be, max_message);
    case Framing::length4:
      return LengthCut(LengthCut::Prefix::u32_be, max_message);
  }
  return std::monostate();
}

void FramingCodec::feed(std::string_view data) {
  // Moved to the front once for each piece that comes, not for each message in it.
  buffer_.erase(0, std::exchange(begin_, 0));
  buffer_.append(data);
}

std::optional<std::string_view> FramingCodec::next() {
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  if (rest.empty()) return std::nullopt;
  const Frame found = std::visit(
      [&](const auto& cut) {
        if constexpr (std::is_same_v<decltype(cut), const std::monostate&>) {
          return Frame{0, rest.size(), rest.size()};
        } else {
          return cut.cut(rest, seen_);
        }
      },
      cut_);
  if (found.frame == 0) {
    seen_ = rest.size();
    return std::nullopt;
  }
  begin_ += found.frame;
  seen_ = 0;
  return rest.substr(found.begin, found.size);
}

std::optional<std::string_view> FramingCodec::last() {
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  if (rest.empty()) return std::nullopt;
  if (std::holds_alternative<gnet::detail::LengthCut>(cut_)) {
    throw ConnectionLost("the stream ended within a message");
  }
  begin_ = buffer_.size();
  seen_ = 0;
  return framing_ == Framing::line && rest.ends_with('\r') ? rest.substr(0, rest.size() - 1) : rest;
}

void FramingCodec::append(std::string_view message, std::string& text) const {
  switch (framing_) {
    case Framing::raw:
      text.append(message);
      break;
    case Framing::line:
      // One that ends with CR would lose it.
      text.append(message).append(message.ends_with('\r') ? "\r\n" : "\n");
      break;
    case Framing::null:
      text.append(message).push_back('\0');
      break;
    case Framing::length2:
    case Framing::length4:
      std::get<gnet::detail::LengthCut>(cut_).append(message, text);
      break;
  }
}

}  // namespace gnet::link
