// gnet load: how much a server can take, and how long it takes for it.

#include <fmt/format.h>

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "commands/commands.h"
#include "commands/connection_limit.h"
#include "commands/load_job.h"
#include "commands/load_options.h"

namespace commands {
namespace {

using Options = LoadOptions;

void exclude(bool one, const char* one_name, bool other, const char* other_name) {
  if (one && other) {
    throw cli::UsageError(fmt::format("{} and {} exclude each other", one_name, other_name));
  }
}

void check_amount(const Options& o) {
  check_connections(o.connections.number);
  exclude(o.requests.has_value(), "--requests", o.duration.has_value(), "--duration");
  exclude(!o.rate.empty(), "--rate", !o.ramp.empty(), "--ramp");
  exclude(!o.rate.empty(), "--rate", !o.stages.empty(), "--stages");
  exclude(!o.ramp.empty(), "--ramp", !o.stages.empty(), "--stages");
  exclude(!o.stages.empty(), "--stages", o.duration.has_value(), "--duration");
  const bool has_rate = !o.rate.empty() || !o.ramp.empty() || !o.stages.empty();
  exclude(!o.find_rate.empty(), "--find-rate", has_rate, "a rate");
  exclude(!o.find_rate.empty(), "--find-rate", o.requests.has_value(), "--requests");
  if (o.requests && o.requests->number == 0) throw cli::UsageError("--requests must be 1 or more");
  if (o.duration && *o.duration <= gnet::Duration::zero()) {
    throw cli::UsageError("--duration must be more than 0");
  }
  if (o.threads && (o.threads->number == 0 || o.threads->number > 1024)) {
    throw cli::UsageError("--threads must be from 1 to 1024");
  }
  if (o.max_outstanding && o.max_outstanding->number == 0) {
    throw cli::UsageError("--max-outstanding must be 1 or more");
  }
  const char* const of_rate = o.arrival != LoadArrival::constant        ? "--arrival"
                              : o.max_outstanding                       ? "--max-outstanding"
                              : o.latency_from != LatencyFrom::intended ? "--latency-from"
                                                                        : nullptr;
  if (of_rate != nullptr && !has_rate && o.find_rate.empty()) {
    throw cli::UsageError(fmt::format("{} needs a rate", of_rate));
  }
  exclude(o.pipeline.number > 1, "--pipeline", has_rate || !o.find_rate.empty(), "a rate");
}

void check_requests(const Options& o) {
  if (o.pipeline.number == 0 || o.pipeline.number > 10'000) {
    throw cli::UsageError("--pipeline must be from 1 to 10000");
  }
  if (o.reuse && o.reuse->number == 0) throw cli::UsageError("--reuse must be 1 or more");
  exclude(o.pipeline.number > 1, "--pipeline", o.no_keepalive, "--no-keepalive");
  exclude(o.pipeline.number > 1, "--pipeline", o.reuse.has_value(), "--reuse");
  exclude(o.no_keepalive, "--no-keepalive", o.reuse.has_value(), "--reuse");
  if (o.mode == LoadMode::message) {
    if (o.reverse || o.both_ways) {
      throw cli::UsageError(
          fmt::format("{} needs --mode stream", o.reverse ? "--reverse" : "--bidir"));
    }
    return;
  }
  constexpr const char* kStream = "--mode stream";
  exclude(true, kStream, o.requests.has_value(), "--requests");
  exclude(true, kStream, !o.rate.empty() || !o.ramp.empty() || !o.stages.empty(), "a rate");
  exclude(true, kStream, !o.find_rate.empty(), "--find-rate");
  exclude(true, kStream, o.message.has_value(), "--message");
  exclude(true, kStream, !o.expect.empty(), "--expect");
  exclude(true, kStream, o.no_keepalive, "--no-keepalive");
  exclude(true, kStream, o.reuse.has_value(), "--reuse");
  exclude(o.reverse, "--reverse", o.both_ways, "--bidir");
}

void check(const Options& options) {
  check_amount(options);
  check_requests(options);
  exclude(!options.find_rate.empty(), "--find-rate", !options.timeline.empty(), "--timeline");
  exclude(!options.find_rate.empty(), "--find-rate", !options.hdr.empty(), "--hdr");
}

cli::Exit run(const Options& options) {
  check(options);
  return LoadJob(options).run();
}

}  // namespace

const cli::Command& load() {
  static const cli::Command made = cli::command<Options>({
      .name = "load",
      .group = "Measure",
      .arguments = "URL...",
      .summary = "load a server, and tell how long its answers take",
      .about = "Load servers of HTTP, WebSocket, TCP, TLS, UDP and unix sockets, and measure them.",
      .examples = {"gnet load -c 100 -d 30s -R 2000 http://127.0.0.1:8080/ --fail-if 'p99>50ms'",
                   "gnet load -n 100k tcp://:6011 --message ping --json > run.json",
                   "gnet load --find-rate 'p99<10ms' ws://127.0.0.1:6012/ --size 1K"},
      .flags =
          {
              {"",
               "URL",
               &Options::urls,
               "http, https, ws, wss, or an endpoint of tcp, tls, udp, unix",
               {.positional = "URL", .completes = cli::Completes::endpoint}},
              {"-c,--connections", "N", &Options::connections, "connections at a time"},
              {"-d,--duration",
               "D",
               &Options::duration,
               "how long, the warm-up not counted",
               {.fallback = "10s", .aliases = {"-z"}}},
              {"-n,--requests",
               "N",
               &Options::requests,
               "so many requests instead",
               {.fallback = "no limit"}},
              {"-R,--rate",
               "N[/s|/m]",
               &Options::rate,
               "requests a second of all connections, whatever the answers do",
               {.fallback = "off: each after an answer"}},
              {"--arrival",
               "KIND",
               &Options::arrival,
               "how they come: constant, or poisson as if by chance",
               {.choices = {"constant", "poisson"}, .rare = true}},
              {"--ramp", "A..B/D", &Options::ramp, "a rate that goes from A to B within D"},
              {"--stages", "N@D,...", &Options::stages, "rates, and how long each is kept"},
              {"--find-rate", "COND", &Options::find_rate,
               "look for the highest rate at which this is so: 'p99<50ms'"},
              {"--threads", "N", &Options::threads, "threads that send", {.fallback = "cores"}},
              {"--warmup",
               "D",
               &Options::warmup,
               "load before it is measured",
               {.fallback = "1s; 0 with a rate or -n"}},
              {"--max-outstanding",
               "N",
               &Options::max_outstanding,
               "requests that may be due and unanswered; others are dropped",
               {.fallback = "10000", .rare = true}},
              {"-X,--method",
               "METHOD",
               &Options::method,
               "of HTTP",
               {.fallback = "GET; POST with a body"}},
              {"-H,--header", "NAME: VALUE", &Options::headers, "one more field of a request"},
              {"--body", "TEXT", &Options::body, "of a request"},
              {"--body-file",
               "FILE",
               &Options::body_file,
               "the same from a file",
               {.completes = cli::Completes::file, .rare = true}},
              {"--targets",
               "FILE",
               &Options::targets,
               "requests to make in turn, see TARGETS in the manual",
               {.completes = cli::Completes::file}},
              {"--random", &Options::random, "in any order", {.rare = true}},
              {"--no-keepalive", &Options::no_keepalive, "a connection for each request"},
              {"--reuse",
               "N",
               &Options::reuse,
               "a connection for N requests",
               {.fallback = "no limit", .rare = true}},
              {"--pipeline", "N", &Options::pipeline, "requests of HTTP on their way at a time"},
              {"--message",
               "TEXT",
               &Options::message,
               "what to send over tcp, tls, udp, unix and ws",
               {.fallback = "ping"}},
              {"-s,--size", "SIZE", &Options::size, "send a message of so many bytes instead"},
              {"--expect",
               "RE",
               &Options::expect,
               "what an answer must have in it",
               {.fallback = "messages come back as they were"}},
              {"--mode",
               "MODE",
               &Options::mode,
               "message, or stream: as many bytes as go",
               {.choices = {"message", "stream"}}},
              {"--reverse",
               &Options::reverse,
               "of a stream: receive, and send nothing",
               {.rare = true}},
              {"--bidir", &Options::both_ways, "of a stream: in both directions", {.rare = true}},
              {"--fail-if", "COND", &Options::fail_if,
               "status 1 if this is so: 'p99>50ms errors>0.1%'"},
              {"--compare",
               "FILE",
               &Options::compare,
               "with what --json has said before",
               {.completes = cli::Completes::file}},
              {"--regress",
               "N%",
               &Options::regress,
               "status 1 if it is that much worse",
               {.fallback = "off", .rare = true}},
              {"--histogram", &Options::histogram, "draw how latencies are spread"},
              {"--percentiles", "LIST", &Options::percentiles, "of the report"},
              {"--latency-from",
               "MOMENT",
               &Options::latency_from,
               "which comes first and is judged: intended, or sent",
               {.choices = {"intended", "sent"}, .rare = true}},
              {"--format",
               "FORMAT",
               &Options::format,
               "text, json, csv, hgrm or html",
               {.choices = {"text", "json", "csv", "hgrm", "html"}}},
              {"-o,--output",
               "FILE",
               &Options::output,
               "where the report goes",
               {.fallback = "-", .completes = cli::Completes::file}},
              {"--timeline",
               "FILE",
               &Options::timeline,
               "a JSON object for each second",
               {.completes = cli::Completes::file, .rare = true}},
              {"--hdr",
               "FILE",
               &Options::hdr,
               "a log of HdrHistogram",
               {.completes = cli::Completes::file, .rare = true}},
              {"--no-progress",
               &Options::no_progress,
               "show nothing while it runs",
               {.rare = true}},
              {"-i,--interval",
               "D",
               &Options::interval,
               "how often to tell how it goes",
               {.fallback = "100ms on a terminal", .rare = true}},
          },
      .shared = {cli::client(&Options::to)},
      .run = run,
  });
  return made;
}

}  // namespace commands
