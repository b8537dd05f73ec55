// Runs a handler without a socket: what a test asks, and what it is answered.
//
//   const auto answer = gnet::http::test_handler(app, {.target = "/users/17"});
//   BOOST_TEST(answer.status == 200);
//   BOOST_TEST(answer.body == "Ada");
//
//   // A client may leave whenever a handler waits. Nothing must be left behind, wherever that is.
//   for (std::size_t n = 1; gnet::http::test_handler(app, request, {.leave_at = n}).left; ++n) {
//     BOOST_TEST(open_files() == 0);
//   }
//
// The request is written, parsed and answered as it would be on a connection; the connection is a
// piece of memory.
//
// Threads: functions without state; a handler is called in the calling fiber.

#pragma once

#include <cstddef>
#include <string>

#include "gnet/base/function.h"
#include "gnet/http/handler.h"
#include "gnet/http/headers.h"
#include "gnet/http/server_options.h"

namespace gnet::http {

struct TestRequest {
  std::string method = "GET";
  std::string target = "/";
  Headers headers = {};  // beside Host, which is "test" if there is none here
  std::string body = {};
};

struct TestAnswer {
  int status = 0;  // 0: none, or half of one
  Headers headers;
  std::string body;
  bool left = false;            // the client has left before the handler was done
  std::size_t suspensions = 0;  // how often the handler has waited, in its own fiber
};

struct TestOptions {
  ServerOptions server = {};
  std::size_t leave_at = 0;  // the client leaves when the handler waits for this time; 0: never
};

// Suspends as the handler does. Throws std::invalid_argument for a request that cannot be sent.
[[nodiscard]] TestAnswer test_handler(Handler& handler, const TestRequest& request,
                                      const TestOptions& options = {});

// The same for whatever is called as a handler is, such as an App.
template <typename F>
[[nodiscard]] TestAnswer test_handler(F& handler, const TestRequest& request,
                                      const TestOptions& options = {}) {
  Handler called = [&handler](Request& asked, Response& response) { handler(asked, response); };
  return test_handler(called, request, options);
}

}  // namespace gnet::http
