// gnet connect: a connection between standard input and output and any endpoint.

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "commands/commands.h"
#include "commands/connect_client.h"
#include "commands/connect_listener.h"
#include "commands/connect_probe.h"

namespace commands {
namespace {

using Options = ConnectOptions;

cli::Exit run(const Options& options) {
  if (options.probe) return probe(options);
  if (options.listen) return ConnectListener(options).run();
  return ConnectClient(options).run();
}

}  // namespace

const cli::Command& connect_command() {
  static const cli::Command made =
      cli::command<Options>({
          .name = "connect",
          .group = "Clients",
          .arguments = "ENDPOINT | HOST PORT",
          .summary = "send standard input to an endpoint, print what it answers",
          .about =
              "Send standard input to any endpoint and print what comes back; or listen for it.",
          .examples =
              {"printf 'PING\\r\\n' | gnet connect localhost:6379",
               "gnet connect -z -t 2s 127.0.0.1:8000-8010 --json | jq -r '.open[]'",
               "gnet connect tls://example.org:443 --send $'HEAD / HTTP/1.0\\r\\n\\r\\n' --expect "
               "'^HTTP/1.. 200'"},
          .service = cli::ServiceKind::client,
          .flags =
              {
                  {"",
                   "ENDPOINT",
                   &Options::where,
                   "where to connect, or to listen",
                   {.positional = "ENDPOINT",
                    .completes = cli::Completes::endpoint,
                    .more = "See *gnet-endpoints*(7). HOST PORT is _HOST:PORT_."}},
                  {"-l,--listen", &Options::listen, "listen, and talk to the first who comes"},
                  {"--keep-open",
                   &Options::keep_open,
                   "and to those who come later",
                   {.needs = "--listen",
                    .more =
                        "One after the other; with *--exec* each at once, with a program of its "
                        "own."}},
                  {"-u,--udp", &Options::udp, "UDP, or datagrams of a unix socket"},
                  {"-z,--zero",
                   &Options::probe,
                   "only see whether it can be connected to",
                   {.more =
                        "PORT may be a range, _8000-8010_, and with HOST there may be several. The "
                        "status is 1 if none is open."}},
                  {"-w,--wait",
                   "D",
                   &Options::wait,
                   "end so long after the end of the input",
                   {.fallback = "when the peer ends",
                    .more = "Datagrams have no end: a second of silence is one."}},
                  {"-E,--exit-on-eof", &Options::exit_on_eof, "end when either side does"},
                  {"-d,--no-stdin", &Options::no_stdin, "do not read standard input, nor end it"},
                  {"--send-only", &Options::send_only, "drop what comes"},
                  {"--recv-only", &Options::recv_only, "send nothing"},
                  {"-C,--crlf", &Options::crlf, "send line ends as CR LF"},
                  {"-e,--exec",
                   "CMD",
                   &Options::exec,
                   "talk to this program instead of standard input and output",
                   {.completes = cli::Completes::command,
                    .more = "It is started without a shell; *sh -c '...'* has one."}},
                  {"-i,--idle-timeout", "D", &Options::idle_timeout,
                   "end, with status 124, when nothing goes either way"},
                  {"--send", "TEXT", &Options::send, "send this instead of standard input"},
                  {"--expect",
                   "RE",
                   &Options::expect,
                   "end when that comes; status 1 if the peer ends before",
                   {.more = "A regular expression as RE2 has them, which is looked for in the last "
                            "64 KiB; "
                            "*^* "
                            "and *$* are the ends of a line."}},
                  {"--dump",
                   "HOW",
                   &Options::dump,
                   "show on standard error what goes: off, text, hex or json",
                   {.choices = {"off", "text", "hex", "json"}}},
                  {"--log",
                   "FILE",
                   &Options::log,
                   "append to FILE what goes either way",
                   {.completes = cli::Completes::file}},
              },
          .shared = {cli::client(&Options::to), cli::reconnect(&Options::retry)},
          .check = check,
          .run = run,
      });
  return made;
}

}  // namespace commands
