// Paths of requests: what is accepted has no way out of its root, and encoding it again gives the
// same path.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gnet/base/utf8.h"
#include "gnet/http/percent.h"
#include "gnet/http/request_path.h"

namespace {

using gnet::http::RequestPath;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const RequestPath& path, RequestPath::Options options) {
  const std::string& text = path.text();
  require(text.starts_with('/') && text.find("//") == text.npos);
  require(text.find('\0') == text.npos && text.find('\\') == text.npos);
  require(!path.relative().empty() && path.relative().front() != '/');
  require(!options.utf8 || gnet::is_utf8(text));
  std::size_t size = 0;
  for (const auto segment : path.segments()) {
    require(!segment.empty() && segment != "." && segment != "..");
    require(segment.find('/') == segment.npos);
    size += segment.size() + 1;
  }
  require(size + (path.is_folder() ? 1 : 0) == text.size());
  require(RequestPath::parse(path.encoded(), options) == path);
  require(path.is_below("/"));
  // Encoding what need not be makes no difference.
  std::string all;
  for (const auto segment : path.segments()) {
    append_percent_encoded(all += '/', segment, gnet::http::EncodeSet::unreserved);
    if (segment.front() == 'a') all.replace(all.rfind('/') + 1, 1, "%61");
  }
  if (path.is_folder()) all += '/';
  require(RequestPath::parse(all, options) == path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  for (const RequestPath::Options options : {RequestPath::Options{}, {.utf8 = false}}) {
    if (const auto path = RequestPath::parse(raw, options)) check(*path, options);
  }
  return 0;
}
