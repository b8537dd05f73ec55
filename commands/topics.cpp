// The texts of `gnet help TOPIC`.

#include <fmt/format.h>

#include <algorithm>

#include "cli/client/client_options.h"
#include "cli/client/reconnect_options.h"
#include "cli/out/exit_status.h"
#include "cli/server/http_options.h"
#include "cli/server/server_options.h"
#include "commands/commands.h"

namespace commands {
namespace {

constexpr std::string_view kEndpoints = R"(An endpoint says where to connect to or where to listen.

  8080, :8080              that port on the loopback
  *:8080                   that port on all interfaces
  host:8080, [::1]:8080    TCP
  tcp://host:8080          TCP; tcp4:// and tcp6:// ask for one family
  tls://host:8443          TCP secured by TLS; tls4://, tls6://
  udp://host:8080          UDP; udp4://, udp6://
  /run/x.sock, ./x.sock    unix socket; unix:///run/x.sock
  @name                    abstract unix socket; abstract://name
  unixpacket:///run/x      unix socket that keeps message boundaries
  unixgram:///run/x        unix datagrams
  tls+unix:///run/x.sock   TLS over a unix socket; tls is short for tls+tcp
  ws://host/path           WebSocket; wss:// over TLS; ws+unix:///run/x?path=/p
  socks5h://proxy/h:80     through a proxy; also socks5, socks4a, connect (HTTP)
  exec:cat, sh:'a | b'     a program without, and with a shell
  -, stdio:, fd:3          standard input and output, a descriptor
  file:/path               a file; ?append=1 or ?truncate=1 to write it
  text:hello, null:, zero:, random:, echo:     what makes its bytes itself
  inetd:, systemd:NAME     descriptor 0; sockets that a supervisor passes

"-l" or "-listen" after the scheme says that this is the listening side: tcp-l://:0.
A server listens in any case. Port 0 lets the kernel choose one.
socat's spellings are understood too: TCP-LISTEN:8080,fork,reuseaddr.

Options follow a question mark:

  unix-l:///run/x.sock?mode=0660&unlink=1
  tcp-l://:8080?backlog=128
  tls-l://:8443?cert=server.pem&key=server.key
  tls://host:8443?cacert=ca.pem&sni=name
  udp-l://:8080?idle=60s

More: man gnet-endpoints
)";

constexpr std::string_view kSignals = R"(What servers do when they get a signal:

  SIGTERM, SIGINT     stop listening at once, let connections end, wait at most
                      --drain-timeout, then exit 0; exit 10 if connections were cut
  the same again      stop at once: exit 143 or 130
  SIGQUIT             stop at once: exit 131; with -v first tell on stderr what every
                      fiber is doing
  SIGHUP              open the log files again and read the options again; if the
                      terminal has gone and there is no --config, as SIGTERM;
                      ignored under nohup
  SIGUSR1             report the counters on stderr, with -v also the connections and
                      what every fiber is doing
  SIGUSR2             open the log file again, by its name

Clients stop at SIGTERM and SIGINT, print what they have, and exit 143 or 130.
A server started with & by a script does stop on SIGINT, though shells start such
jobs with SIGINT ignored.
)";

constexpr std::string_view kJson = R"(With --json the report of a command goes to stdout as JSON.

Reports are one document. Streams are one object a line, each written at once:
  {"ts":"2026-11-21T12:01:07.123Z","event":"accept","id":1,"peer":"tcp://127.0.0.1:53144"}

Servers:
  listening  endpoint, port, fingerprint, pin    one for each endpoint, when ready; the latter
                                                 two of the certificate, with TLS
  accept     id, peer
  close      id, peer, rx_bytes, tx_bytes, ms, reason
  reload     ok, changed, restart, message, pins   SIGHUP came: keys of options; of new
                                                 certificates what --pin takes
  stats      accepted, refused, active, rx_bytes, tx_bytes, datagrams, truncated, unsent
                                                 every --stats-interval; at SIGUSR1 on stderr;
                                                 the last two: of messages too long, and of
                                                 datagrams that could not be sent
  drain      left                                a signal came; so many connections are left
                                                 (no event when there are none)
  stopped    cut, lost                           so many of them were cut, and so many answers
                                                 to datagrams were not sent (no key for none)
  dropped    lines                               stdout was not read: so many events are missing
Servers of HTTP:
  request    id, peer, method, target, status, rx_bytes, tx_bytes, us, complete
                                                 one for each, when it has been answered
  recorded   id, peer, method, target, http, headers, body or body_base64, body_bytes, error
                                                 http-echo --record: one for each, before that
Clients:
  echo       seq, bytes, rtt_us, ok, endpoint    one for each echo
  lost       seq, reason, endpoint               a message without an echo
  reconnect  attempt, delay_ms, reason           before each new attempt
  summary    sent, received, lost, mismatched, dropped, min_us, avg_us, p99_us, max_us
  connect prints one document: with -z open and tried, with --expect endpoint, expect, matched,
  received, received_bytes, sent_bytes, ms
  http prints one document: method, url, status, headers, body, timing_us and more, see gnet-http(1)
Errors:
  error      code, name, message, endpoint, hint

The unit stands in the key. Keys are added, never changed. JSON Schemas of all of it
are installed in share/gnet/schema. Log lines stay on stderr: --log-format json makes
JSON of them too.
)";

constexpr std::string_view kConfig =
    R"(An option gets its value from the first of these that names it:

  1 the command line             --port 7000
  2 GNET_<COMMAND>_<OPTION>      GNET_ECHO_SERVER_PORT=7000
  3 GNET_<OPTION>                GNET_PORT=7000
  4 the file of --config FILE    TOML, or JSON if its name ends in .json
  5 $XDG_CONFIG_HOME/gnet/config.toml, or ~/.config/gnet/config.toml
  6 /etc/gnet/config.toml
  7 the default that help shows in brackets

Keys in files are the long names of options:

  log-level = "debug"            # for every command that has the option

  [echo-server]                  # for one command
  port = 7000
  listen = ["udp-l://:6011", "/run/echo.sock"]
  reuse-port = true

A switch is on or off in the environment, true or false in files. Several values
have blanks between them in the environment. A key that no command has is an error,
a variable GNET_... that sets nothing a warning.

--explain prints every option with its value and where it comes from.

A server reads all of it again on SIGHUP, and takes other values of these options
while it runs: allow, deny, max-connections, max-per-ip, idle-timeout, rate-limit,
rate-limit-total, drain-timeout, drain-quiet, stats-interval, access-log, access-format, verbose,
quiet, log-level, log-format, log-file. A file that is bad changes nothing.
)";

constexpr std::string_view kEnvironment = R"(The environment variables that gnet reads:

  GNET_<OPTION>, GNET_<COMMAND>_<OPTION>   options: gnet help config
  GNET_PAGER, PAGER         what shows long help; cat: nothing [less -FIRX]
  GNET_RESOLVER             who looks names up: thread, that is the system on threads, or
                            ares, DNS without threads [thread]
  GNET_RESOLVER_NAMESERVERS whom ares asks, such as 192.0.2.1,[2001:db8::1]:5353
  GNET_WATCHDOG             as --watchdog, in any program that uses the library
  GNET_CERT_PASSWORD        of PKCS#12 and of private keys, for gnet cert
  NO_COLOR                  no colours, if it is set and not empty
  CLICOLOR_FORCE, FORCE_COLOR   colours even if the output is no terminal
  COLUMNS, TERM             width of help; TERM=dumb has no colours
  XDG_CONFIG_HOME, HOME     where the user's configuration file is
  XDG_DATA_HOME, HOME       where the authority of gnet cert make --local-ca is
  NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID   readiness and watchdog for systemd
  LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES   sockets from systemd, used when no
                            endpoint is named
  JOURNAL_STREAM            log lines get priorities instead of times
)";

std::string exit_text() {
  std::string text = "The exit status of every command:\n\n";
  for (const cli::ExitRow& row : cli::exit_table()) {
    text += fmt::format("  {:>3}  {:<12} {}\n", static_cast<int>(row.code), row.name, row.meaning);
  }
  return text;
}

std::string access_text() {
  std::string text =
      R"(With --access-log FILE a server writes a line for each connection that has ended,
with --access-log - it writes it to stderr. --access-format says how it looks:

  common          as Apache and many others do
  combined        the same with two more fields, which are empty here
  json            an object with ts, id, peer, local, status, rx_bytes, tx_bytes, ms
                  and reason
  text            with $variables in it, named as those of nginx; $$ is a dollar

Without --access-format it is the line that nginx has for streams:

  )" + cli::AccessFormat().to_string() +
      "\n\nThe variables:\n\n";
  for (const cli::AccessVariable& variable : cli::access_variables()) {
    text += fmt::format("  {:<16}{}\n", "$" + std::string(variable.name), variable.summary);
  }
  return text + "\nWhat is empty is written as -. A datagram is no connection and has no line.\n";
}

template <typename Options>
std::string group_text(cli::FlagGroup group, std::string_view about,
                       const cli::HelpLayout& layout) {
  const Options defaults;
  std::vector<const cli::Flag*> flags;
  // A port has no default but that of the command.
  for (cli::Flag& flag : group.flags) {
    if (flag.long_name == "--port") flag.fallback = "the command's own";
    flags.push_back(&flag);
  }
  return fmt::format("{}\n\n{}", about, cli::flag_table(flags, &defaults, layout));
}

std::string server_text(const cli::HelpLayout& layout) {
  return group_text<cli::ServerOptions>(cli::server_flags(),
                                        "The options of all servers:", layout) +
         "\nWith --daemon log lines go nowhere unless --log-file names a file.\n"
         "--ready-file has one URL a line, --ready-fd all of them on one line.\n";
}

std::string http_server_text(const cli::HelpLayout& layout) {
  return group_text<cli::HTTPOptions>(
      cli::http_flags(), "The options of servers of HTTP, beside those of all servers:", layout);
}

std::string client_text(const cli::HelpLayout& layout) {
  return group_text<cli::ClientOptions>(cli::client_flags(), "The options of all clients:", layout);
}

std::string tls_text(const cli::HelpLayout& layout) {
  return group_text<cli::ServerTLSOptions>(cli::server_tls_flags(),
                                           "The options of TLS, of servers:", layout) +
         "\n" +
         group_text<cli::ClientTLSOptions>(cli::client_tls_flags(), "And of clients:", layout);
}

std::string reconnect_text(const cli::HelpLayout& layout) {
  return group_text<cli::ReconnectOptions>(cli::reconnect_flags(),
                                           "The options of clients that connect again:", layout);
}

std::string global_text(const cli::HelpLayout& layout) {
  return group_text<cli::GlobalOptions>(cli::global_flags(),
                                        "The options of every command:", layout);
}

std::string topics_text() {
  std::string text = "Topics of gnet help:\n\n";
  for (const cli::Topic& topic : cli::topics()) {
    text += fmt::format("  {:<12} {}\n", topic.name, topic.summary);
  }
  return text;
}

// A text that is the same however wide the terminal is.
template <typename Text>
auto fixed(Text text) {
  return [text](const cli::HelpLayout&) {
    if constexpr (std::is_invocable_v<Text>) {
      return text();
    } else {
      return std::string(text);
    }
  };
}

}  // namespace

cli::Topics topics() {
  return {
      {"endpoints", "how to write an address", fixed(kEndpoints)},
      {"exit", "what the exit status means", fixed(exit_text)},
      {"signals", "what signals do", fixed(kSignals)},
      {"json", "the output of --json", fixed(kJson)},
      {"access-log", "the lines of --access-log and their $variables", fixed(access_text)},
      {"config", "configuration files, environment, and what goes first", fixed(kConfig)},
      {"environment", "the environment variables", fixed(kEnvironment)},
      {"server", "the options of all servers", server_text},
      {"http-server", "the options of servers of HTTP", http_server_text},
      {"client", "the options of all clients", client_text},
      {"tls", "the options of TLS", tls_text},
      {"reconnect", "the options of clients that connect again", reconnect_text},
      {"global", "the options of every command", global_text},
      {"topics", "this list", fixed(topics_text)},
  };
}

}  // namespace commands
