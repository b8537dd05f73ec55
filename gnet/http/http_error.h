// An error that is an answer: what a handler throws to end a request with a status.
//
//   if (!user) throw gnet::http::HTTPError(403, "not for you");
//   throw gnet::http::HTTPError(401, "who are you?").set("WWW-Authenticate", "Basic realm=x");
//
// What reads the body of a request throws it too, for bodies that are malformed, too large or do
// not come.
//
// Threads: a value.

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "gnet/http/headers.h"

namespace gnet::http {

class HTTPError : public std::runtime_error {
 public:
  // `text` is told to the client. Throws std::invalid_argument unless the status is 400 to 599.
  HTTPError(int status, const std::string& text);

  [[nodiscard]] int status() const noexcept { return status_; }

  // A field of the answer. Throws std::invalid_argument as Headers::set().
  HTTPError& set(std::string_view name, std::string_view value) {
    headers_.set(name, value);
    return *this;
  }
  [[nodiscard]] const Headers& headers() const noexcept { return headers_; }

 private:
  int status_;
  Headers headers_;
};

}  // namespace gnet::http
