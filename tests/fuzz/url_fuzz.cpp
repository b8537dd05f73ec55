// URLs: what is read comes back from its own text, nothing in it can end a line, and what is
// resolved against it is a URL too.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gnet/http/percent.h"
#include "gnet/http/url.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const gnet::http::URL& url) {
  const std::string text = url.str();
  for (const char c : text) require(c > ' ' && c < '\x7f');
  require(gnet::http::URL(text) == url);
  require(url.path().starts_with('/') && !url.host().empty());
  const std::string target = url.target();
  if (!target.starts_with("//")) require(url.resolve("") == url.resolve(target));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto url = gnet::http::URL::parse(text)) check(*url);
  static const gnet::http::URL base("https://user@a.test:8443/b/c?d#e");
  try {
    check(base.resolve(text));
  } catch (const gnet::http::URLError&) {
  }
  using gnet::http::EncodeSet;
  const auto encoded = gnet::http::percent_encode(text, EncodeSet::unreserved);
  require(gnet::http::percent_decode(encoded) == text);
  return 0;
}
