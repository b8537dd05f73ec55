// gnet http-echo: a server to test clients of HTTP with.

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <optional>

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/server/serve_http.h"
#include "commands/commands.h"
#include "commands/http_echo_app.h"
#include "commands/request_recorder.h"
#include "gnet/base/size.h"

namespace commands {
namespace {

struct Options : cli::GlobalOptions {
  Options() {
    cli::set_http_defaults(listen, 6001);
    http.health = "/healthz";
    http.metrics = "/metrics";
  }

  cli::ServerOptions listen;
  cli::HTTPOptions http;
  std::vector<std::string> routes;
  std::string route_file;
  std::string record;
  std::string until;
  cli::Size max_body{10 * 1024 * 1024};
  cli::Delay delay;
  cli::Percent error_rate;
  int status = 0;
  bool cors = false;
};

// Ends the server, as a signal does: what is under way is still answered. A second signal would cut
// that off.
class EndSignal {
 public:
  void begin() {
    if (!begun_.exchange(true)) kill(getpid(), SIGTERM);
  }

 private:
  std::atomic<bool> begun_ = false;
};

// "3" or "3:/hook": after how many requests to end, and whose.
class Until {
 public:
  explicit Until(std::string_view text) {
    const auto colon = text.find(':');
    const auto count = gnet::parse_count(text.substr(0, colon));
    if (!count || *count == 0) refuse(text);
    left_ = *count;
    if (colon == text.npos) return;
    path_ = text.substr(colon + 1);
    if (!path_.starts_with('/')) refuse(text);
  }

  // True: that was the last one.
  [[nodiscard]] bool answered(std::string_view path) {
    if (!path_.empty() && path != path_) return false;
    std::uint64_t left = left_.load();
    while (left > 0 && !left_.compare_exchange_weak(left, left - 1)) continue;
    return left == 1;
  }

  [[nodiscard]] bool reached() const noexcept { return left_.load() == 0; }

 private:
  [[noreturn]] static void refuse(std::string_view text) {
    throw cli::UsageError(fmt::format("bad --until '{}': it has to be N or N:/PATH", text));
  }

  std::atomic<std::uint64_t> left_ = 0;
  std::string path_;  // empty: any
};

// The application, which SIGHUP makes anew: files of routes may have changed.
class Current {
 public:
  explicit Current(gnet::web::App app) : app_(std::make_shared<gnet::web::App>(std::move(app))) {}

  void replace(std::shared_ptr<gnet::web::App> app) {
    const std::lock_guard lock(mutex_);
    app_ = std::move(app);
  }

  void answer(gnet::http::Request& request, gnet::http::Response& response) {
    const auto app = [this] {
      const std::lock_guard lock(mutex_);
      return app_;
    }();
    (*app)(request, response);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<gnet::web::App> app_;
};

std::vector<MockRoute> routes_of(const Options& options) {
  std::vector<MockRoute> routes;
  for (const std::string& text : options.routes) routes.push_back(parse_mock_route(text));
  if (options.route_file.empty()) return routes;
  for (MockRoute& route : read_mock_routes(options.route_file)) routes.push_back(std::move(route));
  return routes;
}

cli::Exit run(const Options& options) {
  if (options.status != 0 && (options.status < 200 || options.status > 599)) {
    throw cli::UsageError("--status must be from 200 to 599");
  }
  if (options.max_body.bytes == 0) throw cli::UsageError("--max-body must be 1 or more");
  EndSignal ending;
  std::optional<Until> until;
  if (!options.until.empty()) until.emplace(options.until);
  std::optional<RequestRecorder> recorder;
  if (!options.record.empty()) recorder.emplace(options.record, [&ending] { ending.begin(); });

  HttpEchoSettings settings{.answers_all = until || recorder,
                            .cors = options.cors,
                            .delay = options.delay,
                            .errors = options.error_rate,
                            .max_body = options.max_body.bytes,
                            .recorder = recorder ? &*recorder : nullptr};
  if (options.status != 0) settings.status = options.status;
  if (until) {
    settings.answered = [&](std::string_view path) {
      if (until->answered(path)) ending.begin();
    };
  }
  const auto make_app = [&] {
    HttpEchoSettings now = settings;
    now.routes = routes_of(options);
    return make_http_echo_app(std::move(now));
  };

  Current current(make_app());
  const auto began = gnet::Clock::now();
  const cli::Exit status = cli::serve_http(
      options, options.listen, options.http,
      {.name = "http-echo",
       .handler = [&](auto& request, auto& response) { current.answer(request, response); },
       .reload = [&]() -> std::function<void()> {
         return [&, app = std::make_shared<gnet::web::App>(make_app())] { current.replace(app); };
       }});
  if (recorder) recorder->require_written();
  const auto lifetime = options.listen.lifetime;
  const bool too_late = lifetime.count() > 0 && gnet::Clock::now() - began >= lifetime;
  return status == cli::Exit::ok && until && !until->reached() && too_late ? cli::Exit::timeout
                                                                           : status;
}

}  // namespace

const cli::Command& http_echo() {
  static const cli::Command made = cli::command<Options>({
      .name = "http-echo",
      .group = "Servers",
      .arguments = "[ENDPOINT]...",
      .summary = "HTTP test server: inspect, status, delay, stream, SSE, mock, record",
      .about =
          "Answer requests with what they were, or with what a test wants: any status, slow and "
          "endless bodies, events, WebSockets, and answers that you make up.",
      .examples = {"gnet http-echo", "gnet http-echo --route 'GET /v1/ping=200:{\"ok\":true}'",
                   "gnet http-echo -p 0 --print-port --until 1:/hook --record hook.json"},
      .service = cli::ServiceKind::server,
      .flags =
          {
              {"--route", "ROUTE", &Options::routes,
               "answer METHOD PATH=STATUS[:BODY|:@FILE]; may be repeated"},
              {"--routes",
               "FILE",
               &Options::route_file,
               "such routes, one a line",
               {.completes = cli::Completes::file,
                .more = "Read again on SIGHUP. Files that its routes name are in its folder."}},
              {"--record",
               "FILE",
               &Options::record,
               "keep each request as a line of JSON; - is stdout",
               {.completes = cli::Completes::file}},
              {"--until",
               "N[:PATH]",
               &Options::until,
               "end after N requests, or N of that path",
               {.fallback = "never"}},
              {"--max-body", "SIZE", &Options::max_body, "the largest body of a request"},
              {"--delay", "D[~JITTER]", &Options::delay, "answer so much later"},
              {"--error-rate", "P%", &Options::error_rate, "share of requests that get a 503"},
              {"--status",
               "N",
               &Options::status,
               "answer everything with this status",
               {.fallback = "what the path says"}},
              {"--cors", &Options::cors, "let pages of all origins ask"},
          },
      .shared = {cli::http_server(&Options::listen), cli::http(&Options::http)},
      .run = run,
  });
  return made;
}

}  // namespace commands
