// gnet proxy: SOCKS 5, SOCKS 4 and 4a, and HTTP, on one port.

#include <memory>
#include <string>
#include <vector>

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/server/http_options.h"
#include "cli/server/serve.h"
#include "commands/commands.h"
#include "commands/proxy_options.h"
#include "commands/proxy_session.h"

namespace commands {
namespace {

using Options = ProxyOptions;

[[noreturn]] void refuse_open(const std::string& what) {
  throw cli::UsageError(what + " makes a proxy for everybody who reaches this machine",
                        "--auth-file FILE says who may use it, --no-auth that all may");
}

// Nobody is to find an open proxy by mistake.
void require_users(const Options& options) {
  const bool has_users = !options.auth.empty() || !options.auth_file.empty();
  if (has_users && options.no_auth) {
    throw cli::UsageError("--no-auth does not go with --auth and --auth-file");
  }
  if (options.listen.everywhere && !has_users && !options.no_auth) refuse_open("--public");
}

// However it was told to listen.
void require_users_at(const std::vector<cli::Listening>& listening, const Options& options) {
  if (!options.auth.empty() || !options.auth_file.empty() || options.no_auth) return;
  for (const cli::Listening& where : listening) {
    if (!where.is_local) refuse_open(where.endpoint);
  }
}

cli::Exit run(const Options& options) {
  require_users(options);
  std::unique_ptr<ProxyService> service;
  return cli::serve(
      options, options.listen,
      {.name = "proxy",
       .connection = [&](auto& rules) { return std::make_unique<ProxySession>(rules, *service); },
       .datagrams = {},
       .begin = [&](auto&) { service = std::make_unique<ProxyService>(options); },
       .ready = [&](const auto& listening) { require_users_at(listening, options); },
       .stats = [&](auto& event) { service->users.tell(event); },
       .stats_lines = [&] { return service->users.lines(); },
       .reload = [&] { return service->reload(); }});
}

}  // namespace

const cli::Command& proxy() {
  static const cli::Command made =
      cli::command<Options>(
          {
              .name = "proxy",
              .group = "Plumbing",
              .arguments = "[ENDPOINT]...",
              .summary = "proxy of SOCKS5, SOCKS4a and HTTP on one port",
              .about =
                  "Connect for others: SOCKS 5, SOCKS 4 and 4a, HTTP CONNECT and requests of HTTP.",
              .examples = {"gnet proxy --port 1080",
                           "gnet proxy --public --auth-file users --allow-dest '*.corp:443'",
                           "gnet proxy --upstream socks5h://127.0.0.1:9050 -p 8118"},
              .service = cli::ServiceKind::server,
              .flags =
                  {
                      {"-a,--auth",
                       "USER:PASS",
                       &Options::auth,
                       "who may use it; any number",
                       {.secret = true,
                        .more =
                            "It goes from the command line as soon as it is read; before, others "
                            "may see it: *--auth-file* keeps it to itself."}},
                      {"--auth-file",
                       "FILE",
                       &Options::auth_file,
                       "users and passwords, as htpasswd makes them",
                       {.completes = cli::Completes::file, .more = "SIGHUP reads it again."}},
                      {"--no-auth", &Options::no_auth, "with --public: everybody may use it"},
                      {"--protocols", "LIST", &Options::protocols,
                       "what is spoken, of socks5, socks4 and http"},
                      {"--allow-dest",
                       "LIST",
                       &Options::allow_dest,
                       "connect to these and nobody else",
                       {.fallback = "all",
                        .more =
                            "Networks, addresses and patterns of names, each perhaps with ports: "
                            "'10.0.0.0/8,[fd00::]/8,\\*.corp:443,db:5000-5010'. _@FILE_ has one "
                            "a line; "
                            "SIGHUP reads it again."}},
                      {"--deny-dest",
                       "LIST",
                       &Options::deny_dest,
                       "never connect to these",
                       {.fallback = "see DESTINATIONS"}},
                      {"--upstream",
                       "URL",
                       &Options::upstream,
                       "connect through this proxy; repeated: one behind the other",
                       {.more = "http, https, socks5, socks5h, socks4a."}},
                      {"--upstream-for",
                       "GLOB=URL",
                       &Options::upstream_for,
                       "the same for hosts that match; none: directly",
                       {.more = "The first pattern that matches decides."}},
                      {"--resolve",
                       "WHO",
                       &Options::resolve,
                       "who looks names up behind --upstream: auto, local or remote",
                       {.choices = {"auto", "local", "remote"},
                        .more = "_auto_ is as the URL says: remote for socks5h, socks4a, http and "
                                "https. What "
                                "is looked up elsewhere can only be judged by its name."}},
                      {"--udp", "on|off", &Options::udp, "carry datagrams (UDP ASSOCIATE)"},
                      {"--bind-cmd", &Options::bind_cmd, "take connections for clients (BIND)"},
                      {"--connect-timeout", "D", &Options::connect_timeout,
                       "how long a connection may take, with the look-up of the name"},
                      {"--handshake-timeout", "D", &Options::handshake_timeout,
                       "how long a client may take to say what it wants"},
                  },
              .shared = {cli::http_server(&Options::listen)},
              .run = run,
          });
  return made;
}

}  // namespace commands
