// A client's memory of cookies: which of them go with which request (RFC 6265bis §5).
//
//   gnet::http::CookieJar jar;
//   for (auto field : answer.values("set-cookie")) jar.store(url, field, now);
//   const std::string cookies = jar.field(next_url, now);      // "a=1; b=2", or empty
//
// There is no list of public suffixes here. A server may set a cookie for its own host, and for a
// domain above it that has a dot in it: "a.example.test" for "example.test", never for "test". It
// may for "co.uk", too, which a browser would not let it; so a jar is no boundary between hosts
// below such a suffix. SameSite and Partitioned, which are about sites in a page, mean nothing
// here.
//
// Threads: a value.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/http/date.h"

namespace gnet::http {

class URL;

// A cookie as a jar keeps it.
struct StoredCookie {
  std::string name{};
  std::string value{};
  std::string domain{};
  bool host_only = true;  // false: for hosts below the domain as well
  std::string path{};
  std::optional<sys_seconds> expires{};  // nothing: with the session
  bool secure = false;
  bool http_only = false;
};

class CookieJar {
 public:
  static constexpr std::size_t kMaxOfDomain = 50;
  static constexpr std::size_t kMax = 3000;

  // What a Set-Cookie field of an answer from this URL says; of another of the same name, domain
  // and path it takes the place. False: refused, because it is malformed, of a domain that is not
  // the server's, Secure over plain text, over one that is Secure, or because its prefix is wrong.
  // Beyond the bounds the oldest ones go, first those of the same domain.
  bool store(const URL& from, std::string_view set_cookie, sys_seconds now);

  // The value of the Cookie field of a request; empty: it has none.
  [[nodiscard]] std::string field(const URL& url, sys_seconds now) const;

  // From oldest to newest.
  [[nodiscard]] const std::vector<StoredCookie>& cookies() const noexcept { return cookies_; }

  // As the file of curl, wget and browsers of old has it, and back. With the cookies of the
  // session, as curl does, and without those that have a tab in them. Lines that are malformed are
  // left out, and so is what has expired.
  [[nodiscard]] std::string str() const;
  static CookieJar parse(std::string_view text, sys_seconds now);

 private:
  void add(StoredCookie cookie, sys_seconds now);

  std::vector<StoredCookie> cookies_;
};

namespace detail {

// "a.test" and what is below it, but for addresses (§5.1.3).
[[nodiscard]] bool domain_matches(std::string_view host, std::string_view domain);
// "/a" and what is below it (§5.1.4).
[[nodiscard]] bool path_matches(std::string_view path, std::string_view cookie_path);
// The path without its last segment.
[[nodiscard]] std::string_view default_cookie_path(std::string_view path);

}  // namespace detail

}  // namespace gnet::http
