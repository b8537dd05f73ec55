// What one call of gnet http leaves for the next, in files: cookies (--cookie-jar), and fields and
// cookies (--session).
//
// A session's file has the fields, one a line, an empty line, and the cookies as curl writes them.
// Before a field that is a secret stands the origin that it goes to:
//
//   X-Who: me
//   @http://127.0.0.1:8000 Authorization: Basic QWRhOng=

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "gnet/http/cookie_jar.h"
#include "gnet/http/headers.h"
#include "gnet/http/url.h"

namespace commands {

class HttpSession {
 public:
  // Reads those that are there. Empty paths: nothing is kept. Throws cli::Failure (io), and
  // cli::UsageError for a file that is something else, which would be lost.
  HttpSession(std::string cookie_jar, std::string session);

  [[nodiscard]] bool has_cookies() const noexcept { return !jar_path_.empty() || !path_.empty(); }
  [[nodiscard]] gnet::http::CookieJar& cookies() noexcept { return cookies_; }

  // Gives a request for `url` the fields of the session that it does not have, and keeps those that
  // it has: none of a single body, and none of one range.
  void apply_to(gnet::http::Headers& headers, const gnet::http::URL& url);

  // Throws cli::Failure (io).
  void save() const;

 private:
  void read_line(std::string_view line);

  const std::string jar_path_;
  const std::string path_;
  gnet::http::CookieJar cookies_;
  gnet::http::Headers headers_;
  std::map<std::string, gnet::http::Headers> secrets_;  // of each origin
};

}  // namespace commands
