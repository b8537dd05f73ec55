#include "gnet/web/events.h"

#include <mutex>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/nursery.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"

namespace gnet::web {

EventSender::EventSender(http::Request& request, http::Response& response)
    : request_(request),
      response_(response),
      last_id_(request.header("Last-Event-ID").value_or("")) {}

void EventSender::send(const http::ServerEvent& event) {
  std::string text;
  http::append_event(text, event);
  write(text);
}

void EventSender::send(std::string_view data) {
  send(http::ServerEvent{.data = std::string(data)});
}

void EventSender::comment(std::string_view text) {
  std::string out;
  http::append_comment(out, text);
  write(out);
}

void EventSender::write(std::string_view text) {
  const std::lock_guard turn(sending_);
  response_.write(text);
}

void serve_events(http::Request& request, http::Response& response,
                  UniqueFunction<void(EventSender&)>& function, const EventOptions& options) {
  EventSender events(request, response);
  response.type("text/event-stream").set("Cache-Control", "no-store");
  response.set("X-Accel-Buffering", "no");  // nginx would collect them
  std::string begin;
  if (options.retry.count() > 0) http::append_retry(begin, options.retry);
  response.write(begin);
  if (request.method() == "HEAD") return;

  CancelScope scope;
  const auto stop = [&] { scope.cancel(); };
  struct Unregister {
    ~Unregister() { response.on_drain({}); }
    http::Response& response;
  } const unregister{response};
  response.on_drain(stop);
  scope.run([&] {
    if (options.keep_alive <= Duration::zero()) return function(events);
    with_nursery([&](Nursery& nursery) {
      nursery.spawn([&] {
        for (;;) {
          sleep(options.keep_alive);
          events.comment("");
        }
      });
      function(events);
      nursery.cancel();
    });
  });
}

}  // namespace gnet::web
