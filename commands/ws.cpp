// gnet ws: a WebSocket client for people and for pipes.

#include "cli/line/command.h"
#include "commands/commands.h"
#include "commands/ws_client.h"
#include "commands/ws_options.h"

namespace commands {
namespace {

using Options = WsOptions;

cli::Exit run(const Options& options) {
  return WsClient(options).run();
}

}  // namespace

const cli::Command& ws() {
  static const cli::Command made =
      cli::command<Options>({
          .name = "ws",
          .group = "Clients",
          .arguments = "URL",
          .summary = "talk to a WebSocket server: a line is a message",
          .about =
              "Send each line of standard input as a message, and print each message as a line.",
          .examples =
              {"gnet ws :6012 --send ping --expect ping -t 2s",
               "echo '{\"id\":1}' | gnet ws wss://example.org/rpc -n 1 | jq .result",
               "gnet ws --reconnect=1s --on-reconnect '{\"auth\":\"t\"}' wss://example.org/feed"},
          .service = cli::ServiceKind::client,
          .flags =
              {
                  {"",
                   "URL",
                   &Options::url,
                   "where to connect",
                   {.positional = "URL",
                    .more = "A URL of _ws_ or _wss_, or a short one: _:6012/p_, _host/p_, "
                            "_unix:/run/x.sock:/p_."}},
                  {"-H,--header", "NAME: VALUE", &Options::headers,
                   "one more field of the handshake"},
                  {"--origin", "ORIGIN", &Options::origin, "the page that is said to connect"},
                  {"--subprotocol", "LIST", &Options::subprotocols,
                   "subprotocols that are offered, the best first"},
                  {"-b,--binary", &Options::binary,
                   "send what comes as binary messages, print messages as they are"},
                  {"--frame",
                   "HOW",
                   &Options::frame,
                   "how messages lie there: raw, line, null, length2, length4",
                   {.choices = {"raw", "line", "null", "length2", "length4"},
                    .needs = "--binary",
                    .more =
                        "_length4_ puts the length in front of each message, in four bytes, the "
                        "highest first, and _length2_ in two; _line_ and _null_ end it by a line "
                        "end, "
                        "or a NUL byte; with _raw_ what is read at once is a message."}},
                  {"-0,--null", &Options::null,
                   "a NUL byte ends what is read and printed, no line end"},
                  {"--base64", &Options::base64,
                   "messages are lines of base64, and sent as binary"},
                  {"--jsonrpc",
                   &Options::jsonrpc,
                   "lines are a method and its parameters, sent as JSON-RPC",
                   {.more = "_add 2 3_ sends "
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"add\",\"params\":[2,3]}. "
                            "Parameters are an object, an array, or values of JSON; what is JSON "
                            "from "
                            "its "
                            "first character on is sent as it is."}},
                  {"--timestamps", &Options::timestamps, "print when each message came"},
                  {"--deflate",
                   "HOW",
                   &Options::deflate,
                   "offer to compress messages: off, on, takeover",
                   {.choices = {"off", "on", "takeover"},
                    .more = "With _takeover_ messages refer to earlier ones."}},
                  {"--deflate-window",
                   "BITS",
                   &Options::deflate_window,
                   "how far back messages refer: 2 to the power of 8 to 15 bytes",
                   {.rare = true}},
                  {"--max-message", "SIZE", &Options::max_message,
                   "the longest message that is taken"},
                  {"--send", "TEXT", &Options::send, "send this, and do not read standard input"},
                  {"--expect", "RE", &Options::expect,
                   "end when a message has that; status 1 if none does"},
                  {"-n,--count",
                   "N",
                   &Options::count,
                   "end after N messages",
                   {.fallback = "no limit"}},
                  {"-w,--wait",
                   "D|-1",
                   &Options::wait,
                   "end after so much silence behind the input",
                   {.fallback = "1s",
                    .more = "With _-1_, and without this option with *--count*, *--expect* or "
                            "*--reconnect*, it "
                            "goes on until something else ends it."}},
                  {"-E,--exit-on-eof", &Options::exit_on_eof,
                   "end with the input, without waiting"},
                  {"--close-code", "CODE", &Options::close_code, "what is said at the end"},
                  {"--close-reason", "TEXT", &Options::close_reason, "and why"},
                  {"--ping-interval", "D", &Options::ping_interval,
                   "ping a server that says nothing"},
                  {"--ping-timeout", "D", &Options::ping_timeout, "and leave it without an answer"},
                  {"--print-rtt", &Options::print_rtt, "tell how long pings take"},
                  {"--history",
                   &Options::history,
                   "keep what is typed at a terminal for next time",
                   {.more = "In _$XDG_STATE_HOME/gnet/ws_history_, or that of _~/.local/state_."}},
              },
          .shared = {cli::client(&Options::to), cli::reconnect(&Options::retry)},
          .check = check,
          .run = run,
      });
  return made;
}

}  // namespace commands
