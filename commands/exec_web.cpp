#include "commands/exec_web.h"

#include <fmt/format.h>

#include <system_error>

#include "commands/exec_environment.h"
#include "commands/exec_input.h"
#include "commands/exec_page.h"
#include "commands/word_list.h"
#include "gnet/base/error.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/web/cross_site.h"
#include "gnet/web/events.h"

namespace commands {
namespace {

using gnet::http::HTTPError;
using gnet::http::Request;
using gnet::http::RequestPath;
using gnet::http::Response;
using gnet::ws::Opcode;
using gnet::ws::WebSocket;

RequestPath path_of(const Request& request) {
  gnet::http::PathFault fault = gnet::http::PathFault::none;
  auto path = RequestPath::parse(request.path(), &fault);
  if (!path) throw HTTPError(400, "a path with " + std::string(describe(fault)));
  return *path;
}

// Behind what a client has sent, and nobody reads, its end is not seen. But who has gone answers a
// sign of life by a reset, which is.
void call(WebSocket& client) {
  client.pong();
}

bool reads(const Request& request) {
  return request.method() == "GET" || request.method() == "HEAD";
}

}  // namespace

ExecWeb::ExecWeb(ExecContext& context, Kind kind, ExecShared* shared)
    : context_(context),
      kind_(kind),
      shared_(shared),
      framing_(framing_of(context.options, context.options.binary ? ExecFraming::Kind::raw
                                                                  : ExecFraming::Kind::line)) {
  const ExecOptions& options = context.options;
  accept_.socket.limits.max_message = options.max_message.bytes;
  accept_.socket.limits.max_frame = options.max_message.bytes;
  accept_.socket.ping_interval = options.ping_interval;
  accept_.socket.ping_timeout = options.ping_timeout;
  accept_.socket.idle_timeout = options.listen.idle_timeout;
  accept_.socket.half_close = shared == nullptr;
  accept_.origins = words_of(options.origins);
  accept_.same_origin = options.same_origin;
  if (!options.static_dir.empty()) files_.emplace(options.static_dir);
}

void ExecWeb::answer(Request& request, Response& response) {
  const RequestPath path = path_of(request);
  const bool upgrades = !request.head().upgrade().empty();
  if (kind_ == Kind::ws && upgrades) return serve_socket(request, response, path);
  if (answer_beside(request, response, path)) return;
  if (kind_ == Kind::sse) return serve_events(request, response, path);
  if (kind_ == Kind::cgi) return serve_cgi(request, response, path, context_.programs);
  // Which says what is wrong with it.
  gnet::ws::serve(
      request, response, [](WebSocket&) {}, accept_);
}

// What is here beside the program: --cgi-dir, --static, --devconsole.
bool ExecWeb::answer_beside(Request& request, Response& response, const RequestPath& path) {
  if (!context_.cgi.empty() && context_.cgi.find(path.text())) {
    serve_cgi(request, response, path, context_.cgi);
    return true;
  }
  const bool is_page = reads(request) && context_.options.console && kind_ != Kind::cgi;
  if (is_page && (kind_ == Kind::ws || request.header("Accept").value_or("").find("text/html") !=
                                           std::string_view::npos)) {
    if (!files_ || path.text() == "/") {
      show_console(response);
      return true;
    }
  }
  const bool is_for_files = files_ && (kind_ == Kind::ws || !context_.programs.find(path.text()) ||
                                       context_.programs.only());
  if (!is_for_files || !reads(request)) return false;
  try {
    files_->serve(request, response, path);
    return true;
  } catch (const HTTPError& error) {
    // Where there is a program for all paths it has those that are no files.
    if (error.status() != 404 || kind_ == Kind::ws || !context_.programs.only()) throw;
    return false;
  }
}

void ExecWeb::show_console(Response& response) const {
  response.type("text/html; charset=utf-8")
      .set("Content-Security-Policy", kExecPagePolicy)
      .set("X-Content-Type-Options", "nosniff")
      .set("Cache-Control", "no-store")
      .send(exec_page(kind_ == Kind::sse));
}

ExecProgram ExecWeb::program_for(const RequestPath& path) const {
  auto program = context_.programs.find(path.text());
  if (!program) throw HTTPError(404, "there is no such program");
  return *std::move(program);
}

ExecSlots::Place ExecWeb::take_place() const {
  auto place = context_.slots.take(gnet::Deadline(context_.rules.queue));
  if (!place) throw HTTPError(503, "too many programs run already").set("Retry-After", "1");
  return *std::move(place);
}

ExecChild::Start ExecWeb::start_of(const Request& request, const ExecProgram& program) const {
  return {.program = program,
          .environment = request_variables(request, program, context_.rules.headers,
                                           kind_ == Kind::ws ? "ws" : "http"),
          .log = request.log(),
          .session = request.connection()};
}

// ---- WebSockets ----

void ExecWeb::serve_socket(Request& request, Response& response, const RequestPath& path) {
  if (shared_ != nullptr) {
    ExecShared::Guest guest(*shared_);  // before the answer: who has that misses nothing
    return gnet::ws::serve(
        request, response, [&](WebSocket& socket) { join_shared(socket, guest); }, accept_);
  }
  const ExecProgram program = program_for(path);
  ExecChild::Start start = start_of(request, program);  // while the head is there
  gnet::ws::serve(
      request, response,
      [&](WebSocket& socket) {
        auto place = context_.slots.take(gnet::Deadline(context_.rules.queue));
        if (!place) return socket.close(gnet::ws::kTryAgainLater, "too many programs run already");
        if (context_.rules.errors == ErrorsTo::client) {
          start.errors = [&socket](std::string_view lines) {
            try {
              socket.send(gnet::is_utf8(lines) ? Opcode::text : Opcode::binary, lines);
            } catch (const gnet::ws::WebSocketClosed&) {
              // Nobody is there to know.
            }
          };
        }
        try {
          ExecChild child(context_, std::move(*place), std::move(start));
          const AtDrain at_drain(response, [&] {
            socket.drain();
            child.stop();
          });
          talk(socket, child);
        } catch (const gnet::ws::WebSocketClosed&) {
          throw;
        } catch (const std::system_error& error) {
          request.log().error("{}", gnet::describe(error));
          socket.close(
              is_shortage(error.code()) ? gnet::ws::kTryAgainLater : gnet::ws::kInternalError,
              "the program cannot be started");
        }
      },
      accept_);
}

void ExecWeb::talk(WebSocket& socket, ExecChild& child) {
  bool too_long = false;
  const auto feed = [&] {
    ExecInput input({.take = [&](std::string_view text) { child.input().send_all(text); },
                     .piece = kExecPiece,
                     .stuck = [&] { call(socket); }});
    std::string text;
    while (const auto message = socket.receive()) {
      text.clear();
      framing_.append(text, {message->data, message->is_text()});
      input.put(text);
    }
    // One that has said close may still hear; one that has gone cannot.
    if (socket.is_open()) {
      input.finish(context_.rules.kill_after);
      child.wind_up();
    } else {
      child.leave();
    }
  };
  const auto deliver = [&] {
    auto reader = framing_.reader();
    const ExecFraming::Sink send = [&](const ExecMessage& message) {
      const bool is_text = message.is_text && !context_.options.binary;
      socket.send(is_text ? Opcode::text : Opcode::binary, message.data);
    };
    const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kExecPiece);
    try {
      while (const std::size_t count = child.output().receive(buffer.data(), buffer.size())) {
        reader.feed({buffer.data(), count}, send);
      }
      reader.finish(send);
    } catch (const gnet::MessageTooLong&) {
      too_long = true;
      child.leave();
    } catch (const gnet::ws::WebSocketClosed&) {
      child.leave();
    }
  };
  const ExecEnd end = child.converse(feed, deliver);
  if (too_long)
    return socket.close(gnet::ws::kTooBig, "the program has written too long a message");
  const auto code = end.status == 0 ? gnet::ws::kNormal
                                    : static_cast<gnet::ws::CloseCode>(4000 + std::abs(end.status));
  socket.close(code, end.status == 0 ? "" : end.out_of_time ? "out of time" : end.text());
}

void ExecWeb::join_shared(WebSocket& socket, ExecShared::Guest& guest) {
  // Who is too slow, or comes when all is over, is told so.
  gnet::Fiber<> teller = gnet::spawn({.name = "shared"}, [&] {
    try {
      while (const auto message = guest.next()) {
        const bool is_text = message->is_text && !context_.options.binary;
        socket.send(is_text ? Opcode::text : Opcode::binary, message->data);
      }
      const bool slow = guest.was_too_slow();
      const ExecEnd end = shared_->end();
      const auto code = slow ? gnet::ws::kTryAgainLater
                        : end.status == 0
                            ? gnet::ws::kNormal
                            : static_cast<gnet::ws::CloseCode>(4000 + std::abs(end.status));
      socket.close(code, slow ? "too slow" : end.status == 0 ? "" : end.text());
    } catch (const std::system_error&) {
      // It has gone.
    }
  });
  struct End {
    ~End() {
      const gnet::Uninterruptible wait_out;
      fiber.kill();
    }
    gnet::Fiber<>& fiber;
  } const end_teller{teller};
  ExecInput input(
      {.take = [&](std::string_view text) { shared_->say(text); }, .stuck = [&] { call(socket); }});
  std::string text;
  while (const auto message = socket.receive()) {
    text.clear();
    shared_->framing().append(text, {message->data, message->is_text()});
    input.put(text);
  }
  input.finish(context_.rules.kill_after);
}

// ---- events ----

void ExecWeb::serve_events(Request& request, Response& response, const RequestPath& path) {
  if (!reads(request)) throw HTTPError(405, "events are read").set("Allow", "GET, HEAD");
  if (context_.options.same_origin &&
      gnet::web::detail::comes_from_elsewhere(request, accept_.origins,
                                              gnet::web::detail::OwnNames::local)) {
    throw HTTPError(403, "pages of this origin may not connect");
  }
  const auto send = [](gnet::web::EventSender& events, const ExecMessage& message) {
    events.send(message.data);
  };
  if (shared_ != nullptr) {
    ExecShared::Guest guest(*shared_);
    gnet::UniqueFunction<void(gnet::web::EventSender&)> pass = [&](gnet::web::EventSender& events) {
      while (const auto message = guest.next()) send(events, {message->data, message->is_text});
    };
    return gnet::web::serve_events(request, response, pass);
  }
  const ExecProgram program = program_for(path);
  ExecChild::Start start = start_of(request, program);
  std::optional<ExecSlots::Place> place = take_place();
  gnet::UniqueFunction<void(gnet::web::EventSender&)> run = [&](gnet::web::EventSender& events) {
    if (context_.rules.errors == ErrorsTo::client) {
      start.errors = [&events](std::string_view lines) {
        if (lines.ends_with('\n')) lines.remove_suffix(1);
        events.send(gnet::http::ServerEvent{.data = std::string(lines), .event = "stderr"});
      };
    }
    ExecChild child(context_, std::move(*place), std::move(start));
    const auto deliver = [&] {
      auto reader = framing_.reader();
      const ExecFraming::Sink tell = [&](const ExecMessage& message) { send(events, message); };
      const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kExecPiece);
      while (const std::size_t count = child.output().receive(buffer.data(), buffer.size())) {
        reader.feed({buffer.data(), count}, tell);
      }
      reader.finish(tell);
    };
    child.end_input();
    const ExecEnd end = child.converse({}, deliver);
    if (!child.is_left()) {
      events.send(gnet::http::ServerEvent{.data = end.text(), .event = "exit"});
    }
  };
  gnet::web::serve_events(request, response, run);
}

}  // namespace commands
