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
  gnet::Pipe input = gnet::Pipe::standard_input();
  const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), 64 * 1024);
  while (const std::size_t count = input.receive(buffer.data(), buffer.size())) {
    response.write({buffer.data(), count});
  }
  response.end();
  done_ = true;
}

}  // namespace commands
