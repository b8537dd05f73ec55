// Heads of requests: whatever comes, however it is split, the verdict is the same; what is found
// lies within the bytes; and what is accepted has none of what a second reader could take for
// something else.

#include "gnet/http/request_parser.h"
#include "tests/fuzz/heads.h"

namespace {

using fuzz::is_in;
using fuzz::require;
using gnet::http::BodyFraming;
using gnet::http::FieldName;
using gnet::http::RequestHead;

void check_head(const RequestHead& head, std::string_view bytes) {
  const std::string_view text = fuzz::check_fields(head, bytes);
  require(is_in(head.method(), text) && is_in(head.target(), text));
  require(is_in(head.authority(), text) && is_in(head.query(), text));
  require(!head.method().empty() && !head.target().empty());
  require(head.minor_version() == 0 || !head.authority().empty());

  const bool has_length = head.fields().has(FieldName::content_length);
  const bool has_coding = head.fields().has(FieldName::transfer_encoding);
  require(head.framing().kind == (has_coding   ? BodyFraming::chunked
                                  : has_length ? BodyFraming::length
                                               : BodyFraming::none));
}

std::string told(const RequestHead& head) {
  std::string text;
  for (const std::string_view part : {head.method(), head.target(), head.path(), head.query(),
                                      head.authority(), head.upgrade()}) {
    text.append("\n").append(part);
  }
  text += head.expects_continue() ? 'e' : 'n';
  return text + std::to_string(head.framing().kind) + ':' + std::to_string(head.framing().size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::fuzz_head<gnet::http::RequestParser>(data, size, check_head, told);
  return 0;
}
