#include "commands/exec_framing.h"

#include <charconv>
#include <optional>

#include "commands/json_text.h"
#include "gnet/base/utf8.h"
#include "gnet/http/base64.h"

namespace commands {
namespace {

using Kind = ExecFraming::Kind;

constexpr std::string_view kBinaryBegin = "{\"base64\":\"";
constexpr std::string_view kBinaryEnd = "\"}";

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

// The four digits of a \u; U+FFFD for what is none.
std::uint32_t take_unit(std::string_view& text) {
  std::uint32_t unit = 0xfffd;
  if (text.size() >= 4) std::from_chars(text.data(), text.data() + 4, unit, 16);
  text.remove_prefix(std::min<std::size_t>(4, text.size()));
  return unit;
}

// A character after a backslash; of a pair of surrogates both halves, U+FFFD for one alone.
void append_escaped(std::string& out, std::string_view& text) {
  const char c = text.front();
  text.remove_prefix(1);
  switch (c) {
    case 'b':
      out += '\b';
      return;
    case 'f':
      out += '\f';
      return;
    case 'n':
      out += '\n';
      return;
    case 'r':
      out += '\r';
      return;
    case 't':
      out += '\t';
      return;
    case 'u':
      break;
    default:
      out += c;
      return;
  }
  std::uint32_t code = take_unit(text);
  if (code >= 0xd800 && code < 0xdc00 && text.starts_with("\\u")) {
    std::string_view ahead = text.substr(2);
    const std::uint32_t low = take_unit(ahead);
    if (low >= 0xdc00 && low < 0xe000) {
      text = ahead;
      return append_utf8(out, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
    }
  }
  append_utf8(out, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
}

// What a JSON string says. It is JSON.
std::string string_of(std::string_view json) {
  std::string text;
  json = json.substr(1, json.size() - 2);
  while (!json.empty()) {
    const char c = json.front();
    json.remove_prefix(1);
    if (c == '\\') {
      append_escaped(text, json);
    } else {
      text += c;
    }
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<std::string> bytes_of(std::string_view json) {
  if (!json.starts_with(kBinaryBegin) || !json.ends_with(kBinaryEnd)) return std::nullopt;
  json.remove_prefix(kBinaryBegin.size());
  json.remove_suffix(kBinaryEnd.size());
  return gnet::http::base64_decode(json);
}

void tell_json(std::string_view line, const ExecFraming::Sink& sink) {
  const std::string_view json = trimmed(line);
  if (json.empty()) return;
  if (const auto bytes = bytes_of(json)) return sink({*bytes, false});
  if (json.size() >= 2 && json.front() == '"' && is_json(json)) {
    const std::string text = string_of(json);
    return sink({text, gnet::is_utf8(text)});
  }
  sink({json, gnet::is_utf8(json)});
}

}  // namespace

void ExecFraming::append(std::string& text, const ExecMessage& message) const {
  switch (kind_) {
    case Kind::line:
      text.append(message.data).append("\n");
      return;
    case Kind::null:
      text.append(message.data).append(1, '\0');
      return;
    case Kind::raw:
      text.append(message.data);
      return;
    case Kind::length4:
      gnet::LengthPrefixFramer(gnet::LengthPrefix::u32_be, limit_).append(message.data, text);
      return;
    case Kind::json:
      if (message.is_text && gnet::is_utf8(message.data)) {
        gnet::append_json_string(text, message.data);
      } else {
        text.append(kBinaryBegin)
            .append(gnet::http::base64_encode(message.data))
            .append(kBinaryEnd);
      }
      text += '\n';
  }
}

ExecFraming::Reader::Reader(const ExecFraming& framing) : kind_(framing.kind_) {
  switch (kind_) {
    case Kind::line:
    case Kind::json:
      framer_.emplace<gnet::LineFramer>(framing.limit_);
      return;
    case Kind::null:
      framer_.emplace<gnet::DelimiterFramer>(std::string(1, '\0'), framing.limit_);
      return;
    case Kind::length4:
      framer_.emplace<gnet::LengthPrefixFramer>(gnet::LengthPrefix::u32_be, framing.limit_);
      return;
    case Kind::raw:
      return;
  }
}

void ExecFraming::Reader::tell(std::string_view data, const Sink& sink) const {
  if (kind_ == Kind::json) return tell_json(data, sink);
  sink({data, gnet::is_utf8(data)});
}

void ExecFraming::Reader::feed(std::string_view bytes, const Sink& sink) {
  std::visit(
      [&](auto& framer) {
        if constexpr (std::is_same_v<std::decay_t<decltype(framer)>, std::monostate>) {
          if (!bytes.empty()) tell(bytes, sink);
        } else {
          framer.feed(bytes, [&](std::string_view message) { tell(message, sink); });
        }
      },
      framer_);
}

void ExecFraming::Reader::finish(const Sink& sink) {
  if (kind_ == Kind::length4) return;  // a part of a message is none
  std::string rest;
  std::visit(
      [&](auto& framer) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(framer)>, std::monostate>) {
          rest = framer.rest();
        }
      },
      framer_);
  if (!rest.empty()) tell(rest, sink);
}

}  // namespace commands
