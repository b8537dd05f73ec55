// gnet exec-server: a program for each connection, or one for all.

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/server/http_server.h"
#include "cli/server/serve.h"
#include "commands/commands.h"
#include "commands/exec_address.h"
#include "commands/exec_child.h"
#include "commands/exec_datagrams.h"
#include "commands/exec_options.h"
#include "commands/exec_shared.h"
#include "commands/exec_stream.h"
#include "commands/exec_web.h"

namespace commands {
namespace {

using O = ExecOptions;
using Speech = ExecAddress::Speech;

// How long a session of datagrams may be silent, unless somebody says so.
constexpr gnet::Duration kIdle = std::chrono::seconds(60);

// What an endpoint of HTTP speaks: its application, and what its connections share.
struct Web {
  Web(ExecContext& context, ExecWeb::Kind kind, ExecShared* shared, std::string scheme)
      : app(context, kind, shared),
        server(context.options.http,
               {.name = "exec-server",
                .handler = [this](auto& request, auto& response) { app.answer(request, response); },
                .scheme = std::move(scheme)},
               context.options.json) {}

  ExecWeb app;
  cli::HTTPServer server;
};

class ExecServer {
 public:
  explicit ExecServer(const O& options) : options_(options), context_(options) {
    for (const std::string& text : options.endpoints)
      addresses_.push_back(ExecAddress::parse(text));
    for (const ExecAddress& address : addresses_) require_program_for(address.speech);
    if (addresses_.empty()) require_program_for(Speech::ws);
    if (options.shared != Sharing::off) {
      bool has_messages = addresses_.empty();
      for (const ExecAddress& address : addresses_) has_messages |= address.speech != Speech::bytes;
      shared_.emplace(
          context_, framing_of(options, options.binary && has_messages ? ExecFraming::Kind::raw
                                                                       : ExecFraming::Kind::line));
    }
    ws_.emplace(context_, ExecWeb::Kind::ws, shared(), "ws");
    sse_.emplace(context_, ExecWeb::Kind::sse, shared(), "http");
    cgi_.emplace(context_, ExecWeb::Kind::cgi, nullptr, "http");
  }

  cli::Exit run() {
    cli::ServerOptions listen = options_.listen;
    for (const ExecAddress& address : addresses_) listen.endpoints.push_back(address.endpoint);
    if (listen.access_log == "auto" && options_.verbose.times > 0) listen.access_log = "-";
    const cli::Exit status = cli::serve(options_, listen, handlers());
    if (shared_) shared_->stop();
    const bool in_vain = options_.shared == Sharing::once && shared_->could_not_begin();
    return status == cli::Exit::ok && in_vain ? cli::Exit::not_executable : status;
  }

 private:
  [[nodiscard]] ExecShared* shared() { return shared_ ? &*shared_ : nullptr; }

  void require_program_for(Speech speech) const {
    const bool by_path = speech == Speech::ws || speech == Speech::sse || speech == Speech::cgi;
    if (by_path && (!context_.programs.empty() || !context_.cgi.empty())) return;
    if (!by_path && context_.programs.only()) return;
    throw cli::UsageError("an endpoint without paths wants one program: CMD or --sh");
  }

  cli::Handlers handlers() {
    cli::Handlers handlers{.name = "exec-server", .connection = {}, .datagrams = {}};
    handlers.takes_messages = false;
    handlers.begin = [this](cli::SessionRules& rules) {
      for (Web* web : {&*ws_, &*sse_, &*cgi_}) web->server.begin(rules);
    };
    handlers.speech = [this](std::optional<std::size_t> number) {
      return number ? speech_of(addresses_[*number]) : speech_of({"0", Speech::ws});
    };
    handlers.ready = [this](const std::vector<cli::Listening>& where) { begin(where); };
    handlers.reload = [this]() -> std::function<void()> {
      context_.programs.rescan();
      context_.cgi.rescan();
      return [] {};
    };
    return handlers;
  }

  cli::Handlers::Speech speech_of(const ExecAddress& address) {
    cli::Handlers::Speech speech{.scheme = std::string(address.scheme()),
                                 .logs_requests = address.speech != Speech::bytes};
    speech.datagrams = [this, idle = address.endpoint.idle()](cli::SessionRules& rules, auto where,
                                                              gnet::ListenOptions listen) {
      return datagrams(rules, std::move(where), listen, idle);
    };
    switch (address.speech) {
      case Speech::ws:
        speech.connection = [this](cli::SessionRules& rules) {
          return ws_->server.connection(rules);
        };
        break;
      case Speech::sse:
        speech.connection = [this](cli::SessionRules& rules) {
          return sse_->server.connection(rules);
        };
        break;
      case Speech::cgi:
        speech.connection = [this](cli::SessionRules& rules) {
          return cgi_->server.connection(rules);
        };
        break;
      default:
        speech.connection = [this](cli::SessionRules& rules) { return stream(rules); };
    }
    return speech;
  }

  std::unique_ptr<gnet::Connection> stream(cli::SessionRules& rules) {
    if (shared_) return std::make_unique<SharedStream>(*shared_, rules);
    return std::make_unique<ExecStream>(context_, rules);
  }

  std::unique_ptr<gnet::UDPServerFactory> datagrams(
      cli::SessionRules& rules, gnet::ServerAddress<gnet::DatagramSocket> address,
      gnet::ListenOptions listen, std::optional<gnet::Duration> own_idle) {
    if (shared_) throw cli::UsageError("--shared has no use for datagrams");
    const gnet::Duration idle = own_idle.value_or(rules.settings->idle_timeout);
    return std::make_unique<ExecDatagrams>(context_, rules, std::move(address), listen,
                                           idle > gnet::Duration::zero() ? idle : kIdle);
  }

  // A program for everybody who comes: said once, where strangers may.
  void begin(const std::vector<cli::Listening>& where) {
    const gnet::Logger log("exec-server");
    for (const cli::Listening& one : where) {
      if (one.is_local || !options_.listen.access.empty()) continue;
      log.warn("{}: whoever reaches it runs programs here; {}", one.endpoint,
               "--allow says who may");
      break;
    }
    if (!options_.dir.empty())
      log.info("{} programs in {}", context_.programs.size(), options_.dir);
    if (shared_) shared_->start([] { kill(getpid(), SIGTERM); });
  }

  const O& options_;
  ExecContext context_;
  std::vector<ExecAddress> addresses_;
  std::optional<ExecShared> shared_;
  std::optional<Web> ws_;
  std::optional<Web> sse_;
  std::optional<Web> cgi_;
};

cli::Exit run(const O& options) {
  return ExecServer(options).run();
}

// Words without a dash are read here, for the schemes that only this command has.
cli::PartOf<O> listening() {
  auto part = cli::http_server(&O::listen, false);
  for (cli::FlagGroup& group : part.groups) {
    std::erase_if(group.flags, [](const cli::Flag& flag) { return flag.long_name == "--listen"; });
  }
  return part;
}

}  // namespace

const cli::Command& exec_server() {
  static const cli::Command made =
      cli::command<ExecOptions>({
          .name = "exec-server",
          .group = "Servers",
          .arguments = "[ENDPOINT]... -- CMD [ARG]...",
          .summary = "a program for each connection, or one for all: WebSocket, TCP, UDP, CGI, SSE",
          .about =
              "Run a program for each client that connects. What the client sends is the program's "
              "standard input, and what the program writes goes to the client.",
          .examples = {"gnet exec-server -p 8080 --devconsole -- vmstat 1",
                       "gnet exec-server tcp-l://:7007 -- cat",
                       "gnet exec-server http-l://:8080 --cgi-dir cgi-bin --static www"},
          .service = cli::ServiceKind::server,
          .flags =
              {
                  {"-l,--listen",
                   "ENDPOINT",
                   &O::endpoints,
                   "listen there: ws-l, tcp-l, tls-l, unix-l, udp-l, http-l (CGI), sse-l",
                   {.positional = "ENDPOINT", .completes = cli::Completes::endpoint}},
                  {"--command",
                   "CMD",
                   &O::command,
                   "the program and its arguments, without a shell",
                   {.positional = "CMD",
                    .behind_dashes = true,
                    .completes = cli::Completes::file,
                    .rare = true}},
                  {"--sh", "COMMAND", &O::shell, "run this by the shell instead"},
                  {"--dir",
                   "DIR",
                   &O::dir,
                   "the path of a request names a program in this folder",
                   {.completes = cli::Completes::directory,
                    .more =
                        "What may be executed there when the server starts, and on SIGHUP; links "
                        "that "
                        "lead out of it and hidden files are left out. What is behind the name is "
                        "PATH_INFO."}},
                  {"--cgi-dir",
                   "DIR",
                   &O::cgi_dir,
                   "answer those paths by the CGI programs in this folder",
                   {.completes = cli::Completes::directory}},
                  {"--static",
                   "DIR",
                   &O::static_dir,
                   "serve the files in this folder beside that",
                   {.completes = cli::Completes::directory}},
                  {"--framing",
                   "HOW",
                   &O::framing,
                   "how the program tells messages apart: line, null, raw, length4, json",
                   {.choices = {"auto", "line", "null", "raw", "length4", "json"},
                    .fallback = "line; raw for UDP and with -b",
                    .more = "What is read at once is a message with _raw_. _length4_ has four "
                            "bytes "
                            "of "
                            "length before each, the highest first. With _json_ each is a line "
                            "with "
                            "a JSON "
                            "string, or {\"base64\":\"...\"} for what is no text. TCP, TLS and "
                            "unix "
                            "sockets "
                            "have no messages, but with *--shared*."}},
                  {"-b,--binary", &O::binary, "send binary messages to WebSocket clients"},
                  {"--shared",
                   "[=HOW]",
                   &O::shared,
                   "one program for all clients: what it writes goes to all; restart starts it "
                   "again",
                   {.choices = {"off", "once", "restart"},
                    .bare = "once",
                    .more = "What any client sends is its input. The server ends with it, unless "
                            "it "
                            "is "
                            "started again."}},
                  {"--queue-messages",
                   "N",
                   &O::queue_messages,
                   "with --shared, messages that may wait for each client",
                   {.rare = true,
                    .more = "Where they are as many, the program and the others wait; who holds up "
                            "others for more than a second, or half of the time, is let go."}},
                  {"--pty",
                   "[=COLSxROWS]",
                   &O::terminal,
                   "give the program a terminal",
                   {.bare = "80x24",
                    .fallback = "off",
                    .more = "The end of what a client sends is typed as ^D. There are no terminals "
                            "for CGI."}},
                  {"--max-procs", "N", &O::max_procs,
                   "programs at a time; others are refused: 503, close 1013, or closed"},
                  {"--queue",
                   "D",
                   &O::queue,
                   "wait so long for one of them to end",
                   {.fallback = "0", .rare = true}},
                  {"--stderr",
                   "WHERE",
                   &O::errors,
                   "standard error: log, client, null, or merge with standard output",
                   {.choices = {"log", "client", "null", "merge"},
                    .more = "_client_ is a message of its own to a WebSocket, an event _stderr_ "
                            "with "
                            "SSE, "
                            "and *merge* elsewhere. That of CGI programs is logged."}},
                  {"--env-pass",
                   "LIST",
                   &O::env_pass,
                   "variables of the server's that programs get",
                   {.rare = true}},
                  {"--env", "NAME=VALUE", &O::env, "another variable; may be repeated"},
                  {"--header-env",
                   "LIST",
                   &O::header_env,
                   "fields of the request that become HTTP_*",
                   {.fallback = "all but Authorization",
                    .rare = true,
                    .more = "Proxy never does."}},
                  {"--cwd",
                   "DIR",
                   &O::cwd,
                   "run programs there",
                   {.completes = cli::Completes::directory, .rare = true}},
                  {"--rlimit",
                   "LIST",
                   &O::rlimit,
                   "what a program may use: cpu=10,as=512M,nofile=64,nproc=32",
                   {.fallback = "as the server",
                    .rare = true,
                    .more = "The names of *setrlimit*(2); see also *--time-limit*."}},
                  {"--exec-user",
                   "USER[:GROUP]",
                   &O::user,
                   "run programs as this user",
                   {.rare = true}},
                  {"--time-limit",
                   "D",
                   &O::time_limit,
                   "end a program after so long",
                   {.fallback = "no limit", .rare = true}},
                  {"--close",
                   "STEPS",
                   &O::close,
                   "how a program ends whose client has gone: the end of its input, then signals",
                   {.rare = true,
                    .more = "To all of its process group. It is so with *--time-limit* and when "
                            "the "
                            "server "
                            "stops, too."}},
                  {"--kill-after",
                   "D",
                   &O::kill_after,
                   "so long after one of these steps comes the next",
                   {.rare = true}},
                  {"--max-message",
                   "SIZE",
                   &O::max_message,
                   "the longest message, either way",
                   {.rare = true}},
                  {"--origin", "LIST", &O::origins, "pages of these origins may connect, too"},
                  {"--same-origin",
                   "on|off",
                   &O::same_origin,
                   "no other pages than those of this server and of --origin may connect",
                   {.rare = true}},
                  {"--devconsole", &O::console, "a page for browsers to try the program"},
                  {"--ping-interval",
                   "D",
                   &O::ping_interval,
                   "ping a WebSocket client that says nothing",
                   {.rare = true}},
                  {"--ping-timeout",
                   "D",
                   &O::ping_timeout,
                   "and leave it without an answer",
                   {.rare = true}},
              },
          .shared = {listening(), cli::http(&O::http)},
          .check = check,
          .run = run,
      });
  return made;
}

}  // namespace commands
