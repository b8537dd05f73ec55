// Events that a page gets as they happen: an answer of text/event-stream that does not end (SSE).
//
//   app.events("/clock", [](gnet::web::EventSender& events) {
//     for (;;) {
//       events.send(time_of_day());
//       gnet::sleep(1s);
//     }
//   });
//
// The function ends with the client: it is cancelled where it waits when the client has gone, and
// when the server stops, which ends the answer at once; a browser comes again by itself.
//
// Threads: of the fiber of the request's handler, and fibers of the same hub.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "gnet/base/chrono.h"
#include "gnet/base/unique_function.h"
#include "gnet/http/event_stream.h"
#include "gnet/sync/mutex.h"

namespace gnet::http {
class Request;
class Response;
}  // namespace gnet::http

namespace gnet::web {

struct EventOptions {
  // A comment goes so long after another, since proxies close connections on which nothing goes;
  // it takes a fiber of its own. 0: none.
  TimeSpan keep_alive = std::chrono::seconds(15);

  // After how long a browser that has lost the connection comes again; 0: as it likes.
  std::chrono::milliseconds retry{0};
};

class EventSender {
 public:
  EventSender(const EventSender&) = delete;
  EventSender& operator=(const EventSender&) = delete;

  // Leaves at once; suspends until the kernel has taken it. Any fiber may send. Throws
  // std::invalid_argument as http::append_event(), and std::system_error when the client has gone.
  void send(const http::ServerEvent& event);
  void send(std::string_view data);
  void comment(std::string_view text);

  // The id of the last event that this client has seen, where it was connected before; empty
  // otherwise.
  [[nodiscard]] const std::string& last_id() const noexcept { return last_id_; }

  [[nodiscard]] http::Request& request() noexcept { return request_; }

 private:
  friend void serve_events(http::Request& request, http::Response& response,
                           UniqueFunction<void(EventSender&)>& function,
                           const EventOptions& options);
  EventSender(http::Request& request, http::Response& response);
  void write(std::string_view text);

  http::Request& request_;
  http::Response& response_;
  std::string last_id_;
  Mutex sending_;
};

// Answers a request with the events that the function sends. Throws what the function throws.
void serve_events(http::Request& request, http::Response& response,
                  UniqueFunction<void(EventSender&)>& function, const EventOptions& options = {});

}  // namespace gnet::web
