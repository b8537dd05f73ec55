#include "cli/server/http_options.h"

#include <algorithm>

#include "cli/out/failure.h"

namespace cli {
namespace {

using H = HTTPOptions;

// A request line, a Host and a few fields have to fit in.
constexpr std::size_t kLeastHeader = 256;

void check_path(const HTTPOptions& options, std::string_view flag, const std::string& path) {
  if (path.empty() || (path.front() == '/' && path.find_first_of("?#{}") == path.npos)) return;
  throw UsageError(options.named(std::string(flag) + " wants a path that begins with a slash"));
}

}  // namespace

FlagGroup http_flags() {
  return {"http-server", "HTTP server options",
          flags_of<H>({
              {"--header-timeout", "D", &H::header_timeout,
               "how long a client may take for the head of a request"},
              {"--body-timeout", "D", &H::body_timeout, "how long it may pause within a body"},
              {"--min-rate",
               "RATE",
               &H::min_rate,
               "slower than that for 10 s is too slow",
               {.more = "Of bodies that come and answers that go: counted is the time in which "
                        "the client is waited for. 0 is no limit."}},
              {"--request-timeout",
               "D",
               &H::request_timeout,
               "how long the answer to a request may take",
               {.fallback = "no limit"}},
              {"--max-header", "SIZE", &H::max_header, "the largest head of a request"},
              {"--max-requests",
               "N",
               &H::max_requests,
               "requests on a connection; after them it closes",
               {.fallback = "no limit"}},
              {"--health", "PATH", &H::health, "a path that answers 200 while the server runs"},
              {"--metrics", "PATH", &H::metrics, "a path with counters for Prometheus"},
          })};
}

PartKind<HTTPOptions> http_part() {
  return {.groups = {http_flags()}, .check = check};
}

PartKind<ServerOptions> http_server_part(bool endpoints) {
  PartKind<ServerOptions> kind = server_part();
  for (FlagGroup& group : kind.groups) {
    std::erase_if(group.flags, [](const Flag& flag) { return flag.long_name == "--udp"; });
    for (Flag& flag : group.flags) {
      if (flag.long_name == "--listen" && !endpoints) {
        flag.positional.clear();
        flag.more = "See *gnet-endpoints*(7).";
      }
      if (flag.long_name == "--idle-timeout") {
        flag.summary = "close after D without a request";
      }
      if (flag.long_name == "--rate-limit") {
        flag.summary = "bytes a second of one connection, both ways together";
      }
      if (flag.long_name == "--access-log") {
        flag.summary = "a line for each request; - is stderr";
        flag.more += " auto is - with *-v* and on a terminal, and off otherwise.";
      }
      if (flag.long_name == "--access-format") flag.fallback = "combined";
    }
  }
  return kind;
}

void set_http_defaults(ServerOptions& options, std::uint16_t port) {
  options.ports.fallback = port;
  options.idle_timeout = std::chrono::seconds(60);
  options.access_log = "auto";
  options.alpn = kHTTPProtocol;
}

void check(const HTTPOptions& options) {
  check_path(options, "--health", options.health);
  check_path(options, "--metrics", options.metrics);
  if (options.max_header.bytes < kLeastHeader || options.max_header.bytes > 1024 * 1024) {
    throw UsageError(options.named("--max-header must be from 256 to 1M"));
  }
}

gnet::http::ServerOptions library_options(const HTTPOptions& options) {
  gnet::http::ServerOptions made;
  made.head.head = options.max_header.bytes;
  made.head.start_line = std::min(made.head.start_line, made.head.head);
  made.head_timeout = options.header_timeout;
  made.body_timeout = options.body_timeout;
  made.request_timeout = options.request_timeout;
  made.min_rate = options.min_rate.bytes_per_second;
  made.requests = options.max_requests.number;
  return made;
}

}  // namespace cli
