// Cookies: what a server could write is read as the same, and no jar holds a cookie of others.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gnet/http/cookie.h"
#include "gnet/http/cookie_jar.h"
#include "gnet/http/url.h"

namespace {

using gnet::http::CookieJar;
using gnet::http::SetCookie;
using gnet::http::URL;

constexpr gnet::http::sys_seconds kNow{};

void require(bool condition) {
  if (!condition) std::abort();
}

void check_set(std::string_view text) {
  const auto cookie = SetCookie::parse(text);
  if (!cookie) return;
  try {
    const std::string written = cookie->str();
    require(written.find_first_of("\r\n") == written.npos);
    require(SetCookie::parse(written).value().str() == written);
  } catch (const std::invalid_argument&) {
  }
}

void check_jar(std::string_view text) {
  static const URL url("https://b.a.test/x/y");
  CookieJar jar;
  if (jar.store(url, text, kNow) && !jar.cookies().empty()) {
    const auto& cookie = jar.cookies().front();
    require(cookie.domain == "b.a.test" || cookie.domain == "a.test");
    const std::string field = jar.field(URL("https://b.a.test" + cookie.path), kNow);
    if (URL("https://b.a.test" + cookie.path).path() == cookie.path) {
      require(field == cookie.name + '=' + cookie.value);
    }
  }
  const std::string file = CookieJar::parse(text, kNow).str();
  require(CookieJar::parse(file, kNow).str() == file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (gnet::http::CookieReader cookies(text); cookies.next();) {
    require(!cookies.name().empty() && cookies.value().find(';') == std::string_view::npos);
  }
  check_set(text);
  check_jar(text);
  return 0;
}
