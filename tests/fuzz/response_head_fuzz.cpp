// Heads of responses: whatever comes, however it is split, the verdict is the same; what is found
// lies within the bytes; and what is accepted has none of what a second reader could take for
// something else.

#include "gnet/http/response_parser.h"
#include "tests/fuzz/heads.h"

namespace {

using fuzz::is_in;
using fuzz::require;
using gnet::http::BodyFraming;
using gnet::http::FieldName;
using gnet::http::ResponseHead;

void check_head(const ResponseHead& head, std::string_view bytes) {
  const std::string_view text = fuzz::check_fields(head, bytes);
  require(is_in(head.reason(), text) && is_in(head.upgrade(), text));
  require(head.status() >= 100 && head.status() <= 599);

  require(head.framing("HEAD").kind == BodyFraming::none);
  const BodyFraming::Kind kind = head.framing("GET").kind;
  require(kind != BodyFraming::chunked || head.fields().has(FieldName::transfer_encoding));
  require(kind != BodyFraming::length || head.fields().has(FieldName::content_length));
}

std::string told(const ResponseHead& head) {
  std::string text = ' ' + std::to_string(head.status());
  text.append("\n").append(head.reason()).append("\n").append(head.upgrade());
  for (const char* method : {"GET", "CONNECT"}) {
    const BodyFraming framing = head.framing(method);
    text += std::to_string(framing.kind) + ':' + std::to_string(framing.size);
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::fuzz_head<gnet::http::ResponseParser>(data, size, check_head, told);
  return 0;
}
