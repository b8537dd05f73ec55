// What one call of gnet http leaves for the next, in files: cookies (--cookie-jar), and fields and
// cookies (--session).
//
// A session's file has the fields, one a line, an empty line, and the cookies as curl writes them.

#pragma once

#include <string>
#include <string_view>

#include "gnet/http/cookie_jar.h"
#include "gnet/http/headers.h"

namespace commands {

class HttpSession {
 public:
  // Reads those that are there. Empty paths: nothing is kept. Throws cli::Failure (io), and
  // cli::UsageError for a file that is no session.
  HttpSession(std::string cookie_jar, std::string session);

  [[nodiscard]] bool has_cookies() const noexcept { return !jar_path_.empty() || !path_.empty(); }
  [[nodiscard]] gnet::http::CookieJar& cookies() noexcept { return cookies_; }

  // Gives a request the fields of the session that it does not have, and keeps those that it has:
  // none of a single body, and none of one range.
  void apply_to(gnet::http::Headers& headers);

  // Throws cli::Failure (io).
  void save() const;

 private:
  const std::string jar_path_;
  const std::string path_;
  gnet::http::CookieJar cookies_;
  gnet::http::Headers headers_;
};

}  // namespace commands
