#include "commands/http_stdin.h"

#include "gnet/fiber/scheduler.h"
#include "gnet/http/content_disposition.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/request_path.h"
#include "gnet/http/response.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/pipe.h"

namespace commands {
namespace {

// Tells that it is over, however it ends. A server that is told to end already has no use for that:
// a second time it would end without waiting for answers.
class TellOver {
 public:
  TellOver(gnet::http::Response& response, const std::function<void()>& over)
      : response_(response), over_(over) {
    response.on_drain([this] { ends_anyway_ = true; });
  }
  TellOver(const TellOver&) = delete;
  TellOver& operator=(const TellOver&) = delete;
  ~TellOver() {
    response_.on_drain({});
    if (over_ && !ends_anyway_) over_();
  }

 private:
  gnet::http::Response& response_;
  const std::function<void()>& over_;
  bool ends_anyway_ = false;
};

}  // namespace

void HTTPStandardInput::operator()(gnet::http::Request& request, gnet::http::Response& response) {
  const auto path = gnet::http::RequestPath::parse(request.path(), {.utf8 = false});
  if (!path || (path->text() != "/" && path->text() != "/" + name_)) {
    throw gnet::http::HTTPError(404, "there is nothing here");
  }
  const bool is_head = request.method() == "HEAD";
  if (!is_head && request.method() != "GET") {
    throw gnet::http::HTTPError(405, "this is only read").set("Allow", "GET, HEAD");
  }
  if (begun_ || (!is_head && begun_.exchange(true))) {
    throw gnet::http::HTTPError(410, "somebody else was quicker");
  }
  response.type(type_).set("Cache-Control", "no-store");
  if (!name_.empty()) {
    response.set("Content-Disposition", gnet::http::attachment(name_));
  }
  if (is_head) return response.write({});
  send(response);
}

void HTTPStandardInput::send(gnet::http::Response& response) {
  const TellOver telling(response, over_);
  gnet::Pipe input = gnet::Pipe::standard_input();
  const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), 64 * 1024);
  while (const std::size_t count = input.receive(buffer.data(), buffer.size())) {
    response.write({buffer.data(), count});
  }
  response.end();
  done_ = true;
}

}  // namespace commands
