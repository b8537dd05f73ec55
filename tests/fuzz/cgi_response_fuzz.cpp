// Answers of CGI programs: however they are split, the verdict is the same, and what is accepted
// becomes fields that are nothing but fields.

#include "gnet/http/cgi_response.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using gnet::http::CGIResponseParser;
using gnet::http::Parsed;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const CGIResponseParser& parser, std::string_view bytes) {
  const auto& response = parser.response();
  require(response.status >= 200 && response.status <= 599);
  require(response.head_size > 0 && response.head_size <= bytes.size());
  require(bytes[response.head_size - 1] == '\n');
  require(response.local_redirect.find_first_of("\r\n") == std::string::npos);
  require(response.reason.find_first_of("\r\n") == std::string::npos);
  std::size_t lines = 0;
  for (const char c : response.headers.text()) lines += c == '\n';
  require(lines == response.headers.size());
  for (const auto& field : response.headers) {
    require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CGIResponseParser whole;
  const Parsed verdict = whole.parse(bytes);
  require(verdict == Parsed::refused || size < 32 * 1024 || verdict == Parsed::complete);
  if (verdict == Parsed::complete) check(whole, bytes);
  CGIResponseParser pieces;
  Parsed last = Parsed::incomplete;
  for (std::size_t at = 0, step = 1; last == Parsed::incomplete && at <= size;
       at += step++ % 7 + 1) {
    last = pieces.parse(bytes.substr(0, at));
  }
  if (last == Parsed::incomplete) last = pieces.parse(bytes);
  require(last == verdict);
  require(pieces.refusal().reason == whole.refusal().reason);
  require(pieces.response().headers == whole.response().headers);
  if (verdict == Parsed::incomplete) require(whole.end() == Parsed::refused);
  return 0;
}
