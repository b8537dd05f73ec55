#include "cli/server/server_options.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>

#include "cli/line/family.h"
#include "cli/out/failure.h"
#include "cli/out/inherited_descriptors.h"
#include "cli/server/background.h"

namespace cli {
namespace {

using S = ServerOptions;

// More than that are a mistake, or a machine that one server cannot fill.
constexpr unsigned kMostThreads = 1024;

// What is reported more often keeps the server from its work.
constexpr gnet::Duration kShortestStatsInterval = std::chrono::milliseconds(10);

std::vector<Row<S>> listening() {
  return {
      {"-l,--listen",
       "ENDPOINT",
       &S::endpoints,
       "listen here; any number, mixed kinds",
       {.positional = "ENDPOINT",
        .completes = Completes::endpoint,
        .more = "A word without a dash means the same. See *gnet-endpoints*(7)."}},
      {"-p,--port",
       "PORT",
       &S::ports,
       "port to listen on, 0 = any, LO-HI = the first free one",
       {.common = true}},
      {"--bind",
       "ADDR",
       &S::bind,
       "address to listen on, for --port",
       {.fallback = "127.0.0.1 ::1", .aliases = {"--host"}, .common = true}},
      {"--public",
       &S::everywhere,
       "listen on all interfaces instead of the loopback",
       {.common = true}},
      {"-4,--ipv4", &S::only_v4, "IPv4 only"},
      {"-6,--ipv6", &S::only_v6, "IPv6 only"},
      {"-u,--udp", &S::udp, "UDP too, on the same port", {.common = true}},
      {"-U,--unix",
       "PATH",
       &S::unix_paths,
       "listen on a unix socket; @NAME is an abstract one",
       {.completes = Completes::file, .common = true}},
      {"--unix-mode", "MODE", &S::unix_mode, "permissions of unix sockets"},
      {"--backlog", "N", &S::backlog, "connections that may wait to be accepted"},
      {"--reuse-port", &S::reuse_port, "share the port with other processes (SO_REUSEPORT)"},
  };
}

std::vector<Row<S>> serving() {
  return {
      {"--max-connections",
       "N",
       &S::max_connections,
       "connections at a time; more have to wait",
       {.live = true}},
      {"--max-per-ip",
       "N",
       &S::max_per_ip,
       "connections of one address; more are closed",
       {.fallback = "no limit", .live = true}},
      {"--allow",
       "CIDR",
       &S::access,
       "serve these peers",
       {.fallback = "all",
        .prefix = "allow ",
        .live = true,
        .more = "Of all *--allow* and *--deny* the first that matches decides. Who matches none is "
                "served, unless something was allowed by name."}},
      {"--deny",
       "CIDR",
       &S::access,
       "do not serve these peers",
       {.fallback = "none", .prefix = "deny ", .live = true}},
      {"--proxy-protocol",
       "VERSION",
       &S::proxy_protocol,
       "connections begin with a PROXY header: off, v1, v2 or auto",
       {.choices = {"off", "v1", "v2", "auto"},
        .more = "Who the client is says the proxy: in logs, for *--allow*, *--deny* and "
                "*--max-per-ip*. A connection without one, or with one that is late, cut or "
                "malformed, is closed. Not for datagrams."}},
      {"--proxy-from",
       "CIDR",
       &S::proxy_from,
       "proxies that are believed; all others are closed",
       {.fallback = "none", .prefix = "allow ", .needs = "--proxy-protocol"}},
      {"--idle-timeout",
       "D",
       &S::idle_timeout,
       "close after D without a byte either way",
       {.live = true}},
      {"--rate-limit",
       "RATE",
       &S::rate_limit,
       "bytes a second that one connection may send",
       {.fallback = "off", .live = true}},
      {"--rate-limit-total",
       "RATE",
       &S::rate_limit_total,
       "the same for all together",
       {.fallback = "off", .live = true}},
      {"--threads",
       "N",
       &S::threads,
       "threads that serve connections; 1 = deterministic",
       {.fallback = "one a core",
        .common = true,
        .more = "One thread accepts, and a connection lives on the thread that has the fewest. "
                "Datagrams are answered on the first. The cores are those that the process may "
                "use, see *taskset*(1)."}},
      {"-1,--once", &S::once, "serve one connection, then exit", {.common = true}},
      {"--max-accepts",
       "N",
       &S::max_accepts,
       "serve N connections, then exit",
       {.fallback = "off"}},
      {"--for", "D", &S::lifetime, "stop after D", {.common = true}},
      {"--idle-exit", "D", &S::idle_exit, "stop after D without any connection"},
      {"--drain-timeout",
       "D",
       &S::drain_timeout,
       "how long connections may last after SIGTERM",
       {.live = true}},
      {"--drain-quiet",
       "D",
       &S::drain_quiet,
       "end those that are silent for D after SIGTERM",
       {.live = true,
        .more = "At most half of *--drain-timeout*. Who sends after that was only pausing, and "
                "counts as cut."}},
  };
}

std::vector<Row<S>> reporting() {
  return {
      {"--print-port", &S::print_port, "print the port on stdout when ready", {.common = true}},
      {"--ready-file",
       "FILE",
       &S::ready_file,
       "write the endpoints there when ready",
       {.completes = Completes::file,
        .common = true,
        .more = "One URL a line. The file appears complete and is removed at exit."}},
      {"--ready-fd",
       "N",
       &S::ready_fd,
       "write the endpoints to this descriptor when ready",
       {.fallback = "none",
        .more = "All URLs on one line, with blanks between them; after it the descriptor is "
                "closed, if it is above 2."}},
      {"--stats-interval",
       "D",
       &S::stats_interval,
       "report counters every D",
       {.live = true, .more = "0 is never; otherwise it is 10ms or more."}},
      {"--access-log",
       "FILE|-|off",
       &S::access_log,
       "a line for each connection that ends or is refused; - is stderr",
       {.completes = Completes::file,
        .live = true,
        .more = "SIGUSR2 and SIGHUP open the file again by its name."}},
      {"--access-format",
       "FORMAT",
       &S::access_format,
       "of these lines: common, combined, json or $variables",
       {.fallback = "as nginx for streams",
        .needs = "--access-log",
        .live = true,
        .more = "See ACCESS LOG in *gnet*(1)."}},
  };
}

std::vector<Row<S>> process() {
  return {
      {"-D,--daemon",
       &S::daemon,
       "run in the background; returns when ready",
       {.common = true,
        .more = "Standard error leads nowhere then: without *--log-file* there are no log lines."}},
      {"--pid-file",
       "FILE",
       &S::pid_file,
       "write the process id there, and lock it",
       {.completes = Completes::file, .common = true}},
      {"--user", "USER[:GROUP]", &S::user, "become this user once everything listens"},
      {"--chroot",
       "DIR",
       &S::chroot,
       "see only DIR once everything listens",
       {.completes = Completes::directory}},
      {"--no-new-privs",
       "[=on|off]",
       &S::no_new_privs,
       "never gain privileges again",
       {.bare = "on"}},
      {"--die-with-parent", &S::die_with_parent, "stop when the parent process ends"},
      {"--name",
       "NAME",
       &S::name,
       "what *gnet ctl* calls this process",
       {.command_line_only = true,
        .more =
            "There is a control socket then, _$XDG_RUNTIME_DIR/gnet/NAME.sock_, or for root "
            "_/run/gnet/NAME.sock_. Only one process has a name at a time. See *gnet-ctl*(1)."}},
      {"--control",
       "PATH|none",
       &S::control,
       "where the control socket is",
       {.fallback = "none without --name", .completes = Completes::file}},
  };
}

}  // namespace

unsigned usable_cores() noexcept {
  cpu_set_t cores;
  // Fails where there are more than the set has room for.
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return kMostThreads;
  return std::min(static_cast<unsigned>(CPU_COUNT(&cores)), kMostThreads);
}

FlagGroup server_flags() {
  FlagGroup group{.topic = "server", .title = "Server options", .flags = {}};
  for (const auto& rows : {listening(), serving(), reporting(), process()}) {
    group.flags.insert(group.flags.end(), rows.begin(), rows.end());
  }
  return group;
}

FlagGroup process_flags() {
  FlagGroup group{.topic = "server", .title = "Options of the process", .flags = {}};
  for (Flag& flag : server_flags().flags) {
    static constexpr std::array kOfProcess{
        "--threads",      "--for",    "--drain-timeout",   "--print-port", "--ready-file",
        "--ready-fd",     "--daemon", "--pid-file",        "--user",       "--chroot",
        "--no-new-privs", "--name",   "--die-with-parent", "--control",    "--stats-interval"};
    if (std::ranges::find(kOfProcess, flag.long_name) == kOfProcess.end()) continue;
    // Here the file of services may give it a name.
    if (flag.long_name == "--name") flag.command_line_only = false;
    group.flags.push_back(std::move(flag));
  }
  return group;
}

PartKind<ServerOptions> process_part() {
  return {.groups = {process_flags()},
          .check = check,
          .prepare = [](const ServerOptions& options) -> std::shared_ptr<void> {
            return std::make_shared<Background>(options);
          }};
}

PartKind<ServerOptions> server_part() {
  return {
      .groups = {server_flags(), inherited<ServerOptions, ServerTLSOptions>(server_tls_flags())},
      .check = check,
      .prepare = [](const ServerOptions& options) -> std::shared_ptr<void> {
        return std::make_shared<Background>(options);
      }};
}

void check(const ServerOptions& options) {
  check(static_cast<const ServerTLSOptions&>(options));
  for (const gnet::Endpoint& endpoint : options.endpoints) {
    // A mistake is better told than that nothing comes of it.
    if (!endpoint.idle()) continue;
    throw UsageError(
        fmt::format("bad endpoint '{}': there are no sessions of datagrams that could be idle",
                    endpoint.url()));
  }
  for (const gnet::Endpoint& endpoint : options.endpoints) {
    try {
      gnet::TLSServerOptions().override_by(endpoint);
    } catch (const gnet::BadEndpoint& error) {
      throw UsageError(error.what());
    }
  }
  check_family(options, options.only_v4, options.only_v6);
  for (const gnet::Endpoint& endpoint : options.endpoints) {
    static_cast<void>(with_family(endpoint, wanted_family(options.only_v4, options.only_v6)));
  }
  for (const std::string& host : options.bind) {
    try {
      static_cast<void>(gnet::Endpoint::of(gnet::Transport::tcp, host, 0));
    } catch (const gnet::BadEndpoint& bad) {
      throw UsageError(fmt::format("{} (for {})", bad.what(), options.named("--bind")));
    }
    asio::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (!error && (address.is_v4() ? options.only_v6 : options.only_v4)) {
      throw UsageError(fmt::format("-{} does not go with {} {}", options.only_v4 ? 4 : 6,
                                   options.named("--bind"), host));
    }
  }
  // Before anything is opened here that could have this number.
  if (options.ready_fd >= 0 && !was_inherited(options.ready_fd)) {
    throw UsageError(
        fmt::format("{} {}: no such descriptor", options.named("--ready-fd"), options.ready_fd));
  }
  if (options.everywhere && !options.bind.empty()) {
    throw UsageError(options.named("--public and --bind exclude each other"));
  }
  if (options.daemon && options.die_with_parent) {
    throw UsageError(options.named("--daemon and --die-with-parent exclude each other"));
  }
  if (options.once && options.max_accepts.number > 1) {
    throw UsageError(options.named("--once and --max-accepts exclude each other"));
  }
  if (options.threads.number < 1 || options.threads.number > kMostThreads) {
    throw UsageError(options.named(fmt::format("--threads must be from 1 to {}", kMostThreads)));
  }
  if (options.stats_interval > gnet::Duration::zero() &&
      options.stats_interval < kShortestStatsInterval) {
    throw UsageError(options.named("--stats-interval must be 0, or 10ms or more"));
  }
  if (options.backlog.number > 1'000'000) {
    throw UsageError(options.named("--backlog must be at most 1000000"));
  }
}

}  // namespace cli
