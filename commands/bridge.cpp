// gnet bridge: joins two endpoints, whatever they are.

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "cli/line/command.h"
#include "commands/bridge_options.h"
#include "commands/bridge_run.h"
#include "commands/commands.h"

namespace commands {
namespace {

using Options = BridgeOptions;

// What the endpoints say themselves is no option of theirs here.
cli::PartOf<Options> without(cli::PartOf<Options> part,
                             std::initializer_list<std::string_view> names) {
  for (cli::FlagGroup& group : part.groups) {
    std::erase_if(group.flags, [&](const cli::Flag& flag) {
      return std::ranges::find(names, std::string_view(flag.long_name)) != names.end();
    });
  }
  return part;
}

cli::Exit run(const Options& options) {
  return Bridge(options).run();
}

const std::vector<std::string> kFramings = {"auto", "line", "null", "length2", "length4", "raw"};

}  // namespace

const cli::Command& bridge() {
  static const cli::Command made =
      cli::command<Options>({
          .name = "bridge",
          .group = "Plumbing",
          .arguments = "ENDPOINT ENDPOINT",
          .summary = "join two endpoints: streams, datagrams, WebSockets, programs, files",
          .about =
              "Carry bytes, or messages, between two endpoints, both ways, until both have ended.",
          .examples = {"gnet bridge ws-l://:8080 tcp://127.0.0.1:5900",
                       "echo hi | gnet bridge - tcp://127.0.0.1:6011",
                       "gnet bridge tcp-l://:5433 unix:///run/postgresql/.s.PGSQL.5432 --dump hex"},
          .service = cli::ServiceKind::server,
          .flags =
              {
                  {"",
                   "ENDPOINT",
                   &Options::ends,
                   "the left side, which may listen, and the right one",
                   {.positional = "ENDPOINT",
                    .completes = cli::Completes::endpoint,
                    .more = "See *gnet-endpoints*(7)."}},
                  {"-u,--one-way", &Options::one_way, "from left to right only"},
                  {"--reverse", &Options::reverse, "from right to left only"},
                  {"-E,--exit-on-eof", &Options::exit_on_eof, "end both sides when one has ended"},
                  {"-w,--wait",
                   "D",
                   &Options::wait,
                   "end when one side has ended and the other been silent for D",
                   {.fallback = "until both have ended", .aliases = {"--linger"}}},
                  {"--max-messages",
                   "N",
                   &Options::max_messages,
                   "end when so many messages went one way",
                   {.fallback = "no limit", .rare = true}},
                  {"--framing",
                   "HOW",
                   &Options::framing,
                   "what is a message in a stream: auto, line, null, length2, length4 or raw",
                   {.choices = kFramings,
                    .more = "With _auto_ standard input and output have lines beside what has "
                            "messages, "
                            "and all else is raw: what comes at once."}},
                  {"--left-framing",
                   "HOW",
                   &Options::left_framing,
                   "the same, of the left side",
                   {.choices = kFramings, .rare = true}},
                  {"--right-framing",
                   "HOW",
                   &Options::right_framing,
                   "the same, of the right side",
                   {.choices = kFramings, .rare = true}},
                  {"--buffer-size",
                   "SIZE",
                   &Options::buffer_size,
                   "the most that is taken before it is handed on",
                   {.rare = true}},
                  {"--splice",
                   "HOW",
                   &Options::splice,
                   "have the kernel carry bytes: auto or off",
                   {.choices = {"auto", "off"}, .rare = true}},
                  {"--dump",
                   "HOW",
                   &Options::dump,
                   "show what goes by: text, hex, json, http or ws",
                   {.choices = {"off", "text", "hex", "json", "http", "ws"},
                    .more = "_http_ shows heads, and how long bodies are; _ws_ also the frames "
                            "behind an "
                            "upgrade."}},
                  {"--dump-file",
                   "FILE",
                   &Options::dump_file,
                   "to a file; one that ends with .pcap is a capture file",
                   {.fallback = "standard error", .completes = cli::Completes::file}},
                  {"--tee",
                   "FILE",
                   &Options::tee,
                   "add all bytes to a file",
                   {.completes = cli::Completes::file}},
                  {"--tee-left",
                   "FILE",
                   &Options::tee_left,
                   "add what comes from the left side",
                   {.completes = cli::Completes::file, .rare = true}},
                  {"--tee-right",
                   "FILE",
                   &Options::tee_right,
                   "add what comes from the right side",
                   {.completes = cli::Completes::file, .rare = true}},
                  {"--broadcast",
                   "[=SLOW]",
                   &Options::broadcast,
                   "all clients share one right side; who is slow is closed, blocks it, or drops",
                   {.choices = {"off", "drop", "block", "close"}, .bare = "close"}},
                  {"--pool",
                   "N",
                   &Options::pool,
                   "keep N connections to the right side ready",
                   {.fallback = "none", .rare = true}},
                  {"--on-connect",
                   "CMD",
                   &Options::on_connect,
                   "run a command of the shell for each pair, and carry when it has succeeded",
                   {.rare = true}},
                  {"--delay", "D[~JITTER]", &Options::delay, "be late by so much, each way"},
                  {"--loss", "P%", &Options::loss, "lose a share of the messages, each way"},
                  {"--bandwidth",
                   "SIZE/s",
                   &Options::bandwidth,
                   "carry no more than so much, each way",
                   {.fallback = "no limit"}},
              },
          .shared = {without(cli::server(&Options::listen),
                             {"--listen", "--port", "--bind", "--public", "--ipv4", "--ipv6",
                              "--udp", "--unix", "--tls", "--alpn", "--tls-min"}),
                     without(cli::client(&Options::to), {"--unix", "--tls"}),
                     without(cli::reconnect(&Options::retry), {"--offline"})},
          .check = check,
          .run = run,
      });
  return made;
}

}  // namespace commands
