#include "commands/ws_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/client/http_route.h"
#include "cli/out/failure.h"
#include "commands/word_list.h"
#include "gnet/base/log.h"
#include "gnet/base/utf8.h"
#include "gnet/ws/close_code.h"

namespace commands {
namespace {

gnet::http::URL url_of(const std::string& text) {
  try {
    return gnet::http::URL(text);
  } catch (const gnet::http::URLError& error) {
    throw cli::UsageError(error.what());
  }
}

bool is_port(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == word.npos;
}

gnet::http::Headers headers_of(const WsOptions& options) {
  gnet::http::Headers headers;
  for (const std::string& line : options.headers) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) {
      throw cli::UsageError(fmt::format("bad header '{}': must be NAME: VALUE", line));
    }
    const std::size_t value = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
    try {
      headers.add(line.substr(0, colon), line.substr(value));
    } catch (const std::invalid_argument& error) {
      throw cli::UsageError(error.what());
    }
  }
  if (options.origin.empty()) return headers;
  try {
    headers.set("Origin", options.origin);
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(error.what());
  }
  return headers;
}

gnet::http::ClientOptions way(const WsOptions& options, const WsTarget& target) {
  gnet::http::ClientOptions client;
  cli::ClientOptions to = options.to;
  to.tls = false;  // the URL has it
  if (!target.unix_path.empty()) to.unix_path.path = target.unix_path;
  cli::set_route(client, to, options.proxy);
  client.head_timeout = options.to.connect_timeout;
  client.max_redirects = 0;
  if (target.url.is_secure()) {
    client.tls = cli::client_context(options.to, gnet::Endpoint::parse("tls://localhost:443"));
    if (options.to.insecure && options.to.pin.empty()) {
      gnet::Logger("gnet").warn("{}: it may be anybody who answers",
                                options.to.named("--insecure"));
    }
  }
  return client;
}

}  // namespace

WsTarget ws_target(std::string_view word, bool tls) {
  const std::string scheme = tls ? "wss" : "ws";
  constexpr std::string_view kUnix = "unix:";
  if (word.find("://") != word.npos) {
    WsTarget target{url_of(std::string(word)), {}};
    if (tls && !target.url.is_secure()) {
      throw cli::UsageError("--tls goes with a URL of wss, or one without a scheme");
    }
    return target;
  }
  if (word.starts_with(kUnix)) {
    const std::string_view rest = word.substr(kUnix.size());
    const std::size_t colon = rest.find(':');
    if (rest.empty() || colon == 0) {
      throw cli::UsageError(fmt::format("bad URL '{}': must be unix:PATH:/PATH", word));
    }
    const std::string_view path = colon == rest.npos ? "" : rest.substr(colon + 1);
    return {
        url_of(fmt::format("{}://localhost{}{}", scheme, path.starts_with('/') ? "" : "/", path)),
        std::string(rest.substr(0, colon))};
  }
  const bool is_local = word.starts_with(':') || word.starts_with('/');
  const bool only_port = is_port(word);
  if (word.starts_with(":/")) word.remove_prefix(1);
  return {url_of(fmt::format("{}://{}{}{}", scheme, is_local || only_port ? "localhost" : "",
                             only_port ? ":" : "", word)),
          {}};
}

gnet::ws::ConnectOptions ws_connect_options(const WsOptions& options, const WsTarget& target) {
  gnet::ws::ConnectOptions connect;
  connect.timeout = {};
  connect.headers = headers_of(options);
  connect.subprotocols = words_of(options.subprotocols);
  connect.socket.deflate.enabled = options.deflate;
  connect.socket.limits.max_message = options.max_message.bytes;
  connect.socket.ping_interval = options.ping_interval;
  connect.socket.ping_timeout = options.ping_timeout;
  connect.http = way(options, target);
  return connect;
}

// Whoever counts or looks for something is not done because it is silent, nor is who would connect
// again.
std::optional<gnet::Duration> ws_wait(const WsOptions& options) {
  if (options.exit_on_eof) return gnet::Duration::zero();
  if (options.wait == "-1") return std::nullopt;
  if (options.wait.empty()) {
    const bool waits =
        options.count.number > 0 || !options.expect.empty() || options.retry.reconnects();
    return waits ? std::nullopt : std::optional<gnet::Duration>(std::chrono::seconds(1));
  }
  const auto time = gnet::parse_duration(options.wait);
  if (!time) throw cli::UsageError(fmt::format("--wait: bad duration '{}'", options.wait));
  return time;
}

void check(const WsOptions& options) {
  if (options.url.empty()) throw cli::UsageError("URL is missing");
  if (options.close_code < 1000 || options.close_code > 4999 ||
      !gnet::ws::may_be_sent(static_cast<gnet::ws::CloseCode>(options.close_code))) {
    throw cli::UsageError("--close-code must be 1000 to 1003, 1007 to 1014 or 3000 to 4999");
  }
  if (gnet::ws::close_reason_of(options.close_reason) != options.close_reason) {
    throw cli::UsageError("--close-reason must be UTF-8, and at most 123 bytes");
  }
  const auto is_text = [](const std::string& text) { return gnet::is_utf8(text); };
  if (!options.binary && !std::ranges::all_of(options.send, is_text)) {
    throw cli::UsageError("--send has to be UTF-8, or needs --binary");
  }
  check_words("--subprotocol", words_of(options.subprotocols));
  static_cast<void>(ws_wait(options));
}

}  // namespace commands
