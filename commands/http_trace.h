// What gnet http says of an exchange on standard error with -v, and more with -vv and -vvv:
//
//   * connected to 127.0.0.1:8080: resolve 0.1 ms, connect 0.2 ms, tls 0.0 ms
//   > GET /a HTTP/1.1
//   < HTTP/1.1 200 OK
//   < 13 bytes: hello, world\n
//
// Passwords and cookies are left out.
//
// Threads: belongs to one fiber.

#pragma once

#include <string_view>

#include "gnet/http/client_response.h"

namespace commands {

class HttpTrace {
 public:
  // With -v 1, 2 with -vv.
  explicit HttpTrace(unsigned level) noexcept : level_(level) {}

  // The head that is sent; whether to make one at all.
  [[nodiscard]] bool wants_head() const noexcept { return level_ > 1; }
  void head_sent(std::string_view head) const;

  void answered(const gnet::http::ClientResponse& response) const;
  void received(std::string_view piece) const;

 private:
  const unsigned level_;
};

}  // namespace commands
