// Heads of responses: whatever comes, however it is split, the verdict is the same; what is found
// lies within the bytes; and what is accepted has none of what a second reader could take for
// something else.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/http/response_parser.h"

namespace {

using gnet::http::BodyFraming;
using gnet::http::FieldName;
using gnet::http::Parsed;
using gnet::http::ResponseHead;
using gnet::http::ResponseParser;

void require(bool condition) {
  if (!condition) std::abort();
}

// Small, so that they are reached.
constexpr gnet::http::HeadLimits kLimits{.start_line = 200, .head = 500, .fields = 8};

// Bytes in memory of their own, at whose end a sanitizer watches.
struct Copy {
  explicit Copy(std::string_view text) : data(new char[text.size()]), size(text.size()) {
    text.copy(data.get(), size);
  }
  [[nodiscard]] std::string_view view() const { return {data.get(), size}; }
  std::unique_ptr<char[]> data;
  std::size_t size;
};

bool is_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_head(const ResponseHead& head, std::string_view bytes) {
  require(head.size() <= bytes.size() && head.size() <= kLimits.head);
  const std::string_view text = bytes.substr(0, head.size());
  require(text.ends_with("\r\n\r\n"));
  require(is_in(head.reason(), text) && is_in(head.upgrade(), text));
  require(head.status() >= 100 && head.status() <= 599);

  const auto& fields = head.fields();
  require(fields.size() <= kLimits.fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    require(is_in(fields[i].name, text) && is_in(fields[i].value, text));
    require(!fields[i].name.empty() &&
            fields[i].name.find_first_of(" \t\r\n:") == std::string_view::npos);
    require(fields[i].value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    require(fields.find(fields[i].name).has_value());
  }
  // One reading of where the body ends.
  const bool has_length = fields.has(FieldName::content_length);
  const bool has_coding = fields.has(FieldName::transfer_encoding);
  require(!(has_length && has_coding));
  require(head.framing("HEAD").kind == BodyFraming::none);
  const BodyFraming::Kind kind = head.framing("GET").kind;
  require(kind != BodyFraming::chunked || has_coding);
  require(kind != BodyFraming::length || has_length);
}

// Everything that a caller could notice.
std::string told(const ResponseParser& parser, Parsed state) {
  if (state == Parsed::incomplete) return "incomplete";
  if (state == Parsed::refused) return std::to_string(parser.refusal().status);
  const ResponseHead& head = parser.head();
  std::string text = std::to_string(head.size());
  text += ' ' + std::to_string(head.status());
  text.append("\n").append(head.reason()).append("\n").append(head.upgrade());
  text += head.keep_alive() ? 'k' : 'c';
  for (const char* method : {"GET", "CONNECT"}) {
    const BodyFraming framing = head.framing(method);
    text += std::to_string(framing.kind) + ':' + std::to_string(framing.size);
  }
  for (std::size_t i = 0; i < head.fields().size(); ++i) {
    text.append("\n").append(head.fields()[i].name).append("=").append(head.fields()[i].value);
  }
  return text;
}

std::string parse(ResponseParser& parser, std::string_view bytes, std::size_t step) {
  parser.reset();
  Parsed state = Parsed::incomplete;
  for (std::size_t end = std::min(step, bytes.size()); state == Parsed::incomplete;
       end = std::min(end + step, bytes.size())) {
    const Copy copy(bytes.substr(0, end));
    state = parser.parse(copy.view());
    if (state == Parsed::complete) check_head(parser.head(), copy.view());
    if (state != Parsed::incomplete || end == bytes.size()) return told(parser, state);
  }
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  ResponseParser parser(kLimits);
  const std::string whole = parse(parser, bytes, bytes.size());
  require(parse(parser, bytes, 1) == whole);
  require(parse(parser, bytes, 1U + data[0] % 32U) == whole);
  return 0;
}
