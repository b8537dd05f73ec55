// gnet ws-echo: a WebSocket server that sends back what it gets, or tells it to everybody.

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "cli/server/serve.h"
#include "cli/server/serve_http.h"
#include "commands/commands.h"
#include "commands/records.h"
#include "commands/shown_data.h"
#include "commands/word_list.h"
#include "commands/ws_deflate.h"
#include "commands/ws_page.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/link/audience.h"
#include "gnet/ws/web_socket_server.h"

namespace commands {
namespace {

using gnet::http::Request;
using gnet::http::Response;
using gnet::link::Audience;
using gnet::link::MessageKind;
using gnet::link::Slow;
using gnet::ws::Message;
using gnet::ws::WebSocket;

enum class Broadcast { off, others, all };

struct Options : cli::GlobalOptions {
  Options() {
    cli::set_http_defaults(listen, 6012);
    listen.idle_timeout = {};
  }

  cli::ServerOptions listen;
  cli::HTTPOptions http;
  Broadcast broadcast = Broadcast::off;
  bool from_stdin = false;
  std::string path = "/";
  std::string subprotocols;
  Deflate deflate = Deflate::on;
  int deflate_window = kWidestWindow;
  gnet::Duration ping_interval = std::chrono::seconds(20);
  gnet::Duration ping_timeout = std::chrono::seconds(10);
  cli::Size max_message{16 * 1024 * 1024};
  cli::Size max_frame{16 * 1024 * 1024};
  cli::Count queue{256};
  Slow slow = Slow::close;
  std::string origins;
  std::string greeting;
  bool binary = false;
  bool null = false;
  LogData log_data = LogData::off;
};

gnet::ws::AcceptOptions accept_options(const Options& options) {
  gnet::ws::AcceptOptions accept;
  accept.socket.limits.max_message = options.max_message.bytes;
  accept.socket.limits.max_frame = options.max_frame.bytes;
  accept.socket.deflate = deflate_options(options.deflate, options.deflate_window);
  accept.socket.ping_interval = options.ping_interval;
  accept.socket.ping_timeout = options.ping_timeout;
  accept.socket.idle_timeout = options.listen.idle_timeout;
  accept.subprotocols = words_of(options.subprotocols);
  accept.origins = words_of(options.origins);
  // What others say is nobody's business but this server's pages'; an echo tells nothing.
  const bool tells = options.from_stdin || options.broadcast != Broadcast::off ||
                     cli::is_controlled(options.listen);
  accept.same_origin = tells;
  return accept;
}

class WsEcho {
 public:
  explicit WsEcho(const Options& options)
      : options_(options),
        accept_(accept_options(options)),
        audience_({.queue = options.queue.number, .slow = options.slow}) {}

  void answer(Request& request, Response& response) {
    const bool is_here = request.path() == options_.path;
    if (!is_here || request.head().upgrade().empty())
      return answer_page(request, response, is_here);
    const gnet::Logger& log = request.log();
    gnet::ws::serve(
        request, response, [this, &log](WebSocket& socket) { talk(socket, log); }, accept_);
  }

  // What standard input has goes to everybody.
  void read_input() {
    Records records(end());
    while (const auto record = records.next()) {
      const bool is_text = !options_.binary && gnet::is_utf8(*record);
      audience_.tell({*record, is_text ? MessageKind::text : MessageKind::binary});
    }
  }

  // A message of `gnet ctl notify`.
  void tell_all(std::string_view message) {
    audience_.tell({message, gnet::is_utf8(message) ? MessageKind::text : MessageKind::binary});
  }

  [[nodiscard]] std::uint64_t dropped() const noexcept { return audience_.dropped(); }

 private:
  [[nodiscard]] char end() const noexcept { return options_.null ? '\0' : '\n'; }

  // In a frame of its own: of what it needs nothing is on the stack while a WebSocket is idle.
  [[gnu::noinline]] void answer_page(Request& request, Response& response, bool is_here) {
    if (!is_here && request.path() != "/") throw gnet::http::HTTPError(404, "not found");
    if (request.method() == "GET" || request.method() == "HEAD") return show_page(response);
    // Which says what is wrong with it.
    gnet::ws::serve(
        request, response, [](WebSocket&) {}, accept_);
  }

  void show_page(Response& response) const {
    response.type("text/html; charset=utf-8")
        .set("Content-Security-Policy", kWsPagePolicy)
        .set("X-Content-Type-Options", "nosniff")
        .set("Cache-Control", "no-store")
        .send(ws_page(options_.path));
  }

  void talk(WebSocket& socket, const gnet::Logger& log) {
    std::unique_ptr<gnet::link::MessageLink> link;
    std::unique_ptr<Audience::Guest> guest;
    if (options_.broadcast != Broadcast::off || options_.from_stdin || is_controlled_) {
      link = gnet::link::link_of(socket);
      guest = std::make_unique<Audience::Guest>(audience_, *link);
    }
    if (!options_.greeting.empty()) socket.send(options_.greeting);
    while (const auto message = socket.receive()) {
      log_data(log, options_.log_data, message->data);
      if (options_.from_stdin) print(*message);
      if (options_.broadcast != Broadcast::off) {
        const bool to_all = options_.broadcast == Broadcast::all;
        audience_.tell(
            {message->data, message->is_text() ? MessageKind::text : MessageKind::binary},
            to_all ? nullptr : guest.get());
      } else if (!options_.from_stdin) {
        socket.send(*message);
      }
    }
  }

  void print(const Message& message) const {
    std::string record(message.data);
    if (!options_.binary) record += end();
    cli::print(record);
  }

  const Options& options_;
  const bool is_controlled_ = cli::is_controlled(options_.listen);
  const gnet::ws::AcceptOptions accept_;
  Audience audience_;
};

void check(const Options& options) {
  check_deflate(options.deflate_window);
  if (options.path.empty() || options.path.front() != '/') {
    throw cli::UsageError("--path wants a path that begins with a slash");
  }
  if (!gnet::is_utf8(options.greeting)) throw cli::UsageError("--greeting has to be UTF-8");
  if (options.queue.number == 0) throw cli::UsageError("--queue must be at least 1");
  check_words("--subprotocol", words_of(options.subprotocols));
}

cli::Exit run(const Options& given) {
  Options options = given;
  if (options.verbose.times > 2 && options.log_data == LogData::off) {
    options.log_data = LogData::text;
  }
  WsEcho echo(options);
  gnet::Fiber<> reader;
  cli::Exit input_status = cli::Exit::ok;
  cli::HTTPService service{
      .name = "ws-echo",
      .handler = [&](Request& request, Response& response) { echo.answer(request, response); },
      .scheme = "ws"};
  service.ready = [&](const std::vector<cli::Listening>&) {
    if (!options.from_stdin) return;
    reader = gnet::spawn({.name = "stdin"}, [&] {
      try {
        echo.read_input();
      } catch (const cli::Failure& failure) {
        gnet::Logger("ws-echo").error("{}, and no more of it is read", failure.what());
        input_status = failure.code();
      }
    });
  };
  service.notified = [&](std::string_view message) { echo.tell_all(message); };
  const cli::Exit status =
      cli::serve_http(options, options.listen, options.http, std::move(service));
  if (reader) reader.kill();
  if (const std::uint64_t dropped = echo.dropped(); dropped > 0) {
    gnet::Logger("ws-echo").warn("{} did not reach clients that were too slow",
                                 cli::plural(dropped, "message"));
  }
  return status == cli::Exit::ok ? input_status : status;
}

}  // namespace

const cli::Command& ws_echo() {
  static const cli::Command made =
      cli::command<Options>({
          .name = "ws-echo",
          .group = "Servers",
          .arguments = "[ENDPOINT]...",
          .summary = "a WebSocket server: echo, broadcast, or lines of standard input",
          .about = "Answer every WebSocket message with the same message, or tell it to everybody.",
          .examples = {"gnet ws-echo --port 6012",
                       "tail -F app.log | gnet ws-echo --stdin -p 8090 --public",
                       "gnet ws-echo --broadcast --subprotocol chat --origin https://example.org"},
          .service = cli::ServiceKind::server,
          .flags =
              {
                  {"--broadcast",
                   "[=WHOM]",
                   &Options::broadcast,
                   "tell messages to all other clients, or to all",
                   {.choices = {"off", "others", "all"},
                    .bare = "others",
                    .more = "_all_ has the one who said it among them. There is no echo then."}},
                  {"--stdin", &Options::from_stdin,
                   "lines of standard input go to all clients, their messages to standard output"},
                  {"--path", "PATH", &Options::path, "where the WebSocket is"},
                  {"--subprotocol", "LIST", &Options::subprotocols,
                   "subprotocols that are spoken, the best first"},
                  {"--deflate",
                   "HOW",
                   &Options::deflate,
                   "compress messages for clients that want it: off, on, takeover",
                   {.choices = {"off", "on", "takeover"},
                    .more =
                        "With _takeover_ messages refer to earlier ones, which makes small ones "
                        "that "
                        "resemble each other several times smaller. It costs a connection 150 KiB "
                        "for what it sends and 39 KiB for what comes, or 38 and 11 KiB with a "
                        "window of 12; without it an idle connection keeps nothing."}},
                  {"--deflate-window",
                   "BITS",
                   &Options::deflate_window,
                   "how far back messages refer: 2 to the power of 8 to 15 bytes",
                   {.rare = true}},
                  {"--ping-interval", "D", &Options::ping_interval,
                   "ping a client that says nothing"},
                  {"--ping-timeout", "D", &Options::ping_timeout, "and leave it without an answer"},
                  {"--max-message", "SIZE", &Options::max_message, "the longest message"},
                  {"--max-frame", "SIZE", &Options::max_frame, "the longest frame"},
                  {"--queue", "N", &Options::queue, "messages that wait for a slow client"},
                  {"--slow",
                   "HOW",
                   &Options::slow,
                   "when there are more: close, or drop-oldest",
                   {.choices = {"close", "drop-oldest"}}},
                  {"--origin",
                   "LIST",
                   &Options::origins,
                   "pages that may connect: https://example.org, or *",
                   {.fallback = "any; with --stdin and --broadcast its own",
                    .more = "Clients that are no browsers say no origin, and may. With *--stdin* "
                            "and "
                            "*--broadcast* a page may also be this server's; without them this "
                            "list is all there is."}},
                  {"--greeting", "TEXT", &Options::greeting,
                   "a message sent first to every client"},
                  {"-b,--binary",
                   &Options::binary,
                   "standard input goes as binary messages, and messages come as they are",
                   {.needs = "--stdin"}},
                  {"-0,--null",
                   &Options::null,
                   "a NUL byte ends what is read and printed, and no line end",
                   {.needs = "--stdin"}},
                  {"--log-data",
                   "HOW",
                   &Options::log_data,
                   "show what comes, shortened: off, text or hex",
                   {.choices = {"off", "text", "hex"}}},
              },
          .shared = {cli::http_server(&Options::listen), cli::http(&Options::http)},
          .check = check,
          .run = run,
      });
  return made;
}

}  // namespace commands
