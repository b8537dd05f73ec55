// An error that is an answer: what a handler throws to end a request with a status.
//
//   if (!user) throw gnet::http::HTTPError(403, "not for you");
//
// What reads the body of a request throws it too, for bodies that are malformed, too large or do
// not come.
//
// Threads: a value.

#pragma once

#include <stdexcept>
#include <string>

namespace gnet::http {

class HTTPError : public std::runtime_error {
 public:
  // `text` is told to the client. Throws std::invalid_argument unless the status is 400 to 599.
  HTTPError(int status, const std::string& text);

  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  int status_;
};

}  // namespace gnet::http
