// Cookies: what a client sends back, and what a server sets (RFC 6265bis).
//
//   gnet::http::cookie_value(request_cookie, "session");          // "4711"
//
//   gnet::http::SetCookie cookie{.name = "__Host-session", .value = "4711"};
//   cookie.path = "/";
//   cookie.secure = cookie.http_only = true;
//   cookie.same_site = gnet::http::SameSite::lax;
//   response.add("Set-Cookie", cookie.str());
//
// CookieJar is a client's memory of them.
//
// Threads: values, and functions without state.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gnet/base/chrono.h"
#include "gnet/http/date.h"

namespace gnet::http {

// Goes through the value of a Cookie field. What has no name is left out.
class CookieReader {
 public:
  explicit CookieReader(std::string_view field) noexcept : rest_(field) {}

  // The next cookie is in name() and value() then; false: there is none.
  bool next() noexcept;

  // Views of the field, and nothing in them is decoded: quotes and % are part of a value.
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::string_view value() const noexcept { return value_; }

 private:
  std::string_view rest_;
  std::string_view name_;
  std::string_view value_;
};

// The first cookie of this name, which is the one with the longest path.
[[nodiscard]] std::optional<std::string_view> cookie_value(std::string_view field,
                                                           std::string_view name) noexcept;

// Whether requests that other sites cause have the cookie with them.
enum class SameSite : std::uint8_t {
  unset,  // for the client to decide: lax, in today's browsers
  strict,
  lax,
  none,
};

struct SetCookie {
  std::string name{};
  std::string value{};
  std::string domain{};  // empty: for this host only; without a dot before it
  std::string path{};    // empty: that of the request, without its last segment
  std::optional<std::chrono::seconds> max_age{};  // 0 and less: delete it
  std::optional<sys_seconds> expires{};           // max_age outweighs it
  bool secure = false;
  bool http_only = false;
  bool partitioned = false;
  SameSite same_site = SameSite::unset;

  // As a Set-Cookie field has it. Throws std::invalid_argument, which names the part, for what no
  // client would take as it is meant: a name that is no token, a value with spaces, quotes, commas,
  // semicolons, backslashes, control characters or bytes beyond ASCII (percent_encode() helps),
  // SameSite=None or Partitioned without Secure, __Secure- without Secure, __Host- without Secure,
  // with a domain or with another path than "/", and more than 4096 bytes.
  [[nodiscard]] std::string str() const;

  // As a browser reads it; nothing for what it would ignore, and for a cookie without a name. An
  // attribute that is malformed or unknown is as if it were not there.
  [[nodiscard]] static std::optional<SetCookie> parse(std::string_view text);

  // Whether its prefix (__Secure-, __Host-) is rightly there. What str() demands; for clients.
  [[nodiscard]] bool prefix_holds() const noexcept;
};

// A date as in Expires, in any of the forms that there have been (RFC 6265 §5.1.1).
[[nodiscard]] std::optional<sys_seconds> parse_cookie_date(std::string_view text);

}  // namespace gnet::http
