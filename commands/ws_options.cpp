#include "commands/ws_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/client/http_route.h"
#include "cli/out/failure.h"
#include "commands/json_rpc.h"
#include "commands/word_list.h"
#include "gnet/base/log.h"
#include "gnet/base/utf8.h"
#include "gnet/ws/close_code.h"

namespace commands {
namespace {

gnet::http::Headers headers_of(const WsOptions& options) {
  gnet::http::Headers headers;
  try {
    for (const std::string& line : options.headers) {
      const Field field = parse_field(line, "--header");
      headers.add(field.name, field.value);
    }
    if (!options.origin.empty()) headers.set("Origin", options.origin);
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(error.what());
  }
  return headers;
}

gnet::http::ClientOptions way(const WsOptions& options, const WebAddress& target) {
  gnet::http::ClientOptions client;
  cli::ClientOptions to = options.to;
  to.tls = false;  // the URL has it
  if (!target.unix_path.empty()) to.unix_path.path = target.unix_path;
  cli::set_route(client, to);
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

WebAddress ws_address(const WsOptions& options) {
  WebAddress address = parse_address(options.url, options.to.tls ? "wss" : "ws");
  if (options.to.tls && !address.url.is_secure()) {
    throw cli::UsageError("--tls goes with a URL of wss, or one without a scheme");
  }
  return address;
}

gnet::ws::ConnectOptions ws_connect_options(const WsOptions& options, const WebAddress& target) {
  gnet::ws::ConnectOptions connect;
  connect.timeout = {};
  connect.headers = headers_of(options);
  connect.subprotocols = words_of(options.subprotocols);
  connect.socket.deflate = deflate_options(options.deflate, options.deflate_window);
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
  check_deflate(options.deflate_window);
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
  if (options.jsonrpc && (options.binary || options.base64)) {
    throw cli::UsageError("--jsonrpc sends text: --binary and --base64 do not go with it");
  }
  if (options.frame != gnet::link::Framing::raw && options.base64) {
    throw cli::UsageError("--frame and --base64 exclude each other");
  }
  for (std::uint64_t id = 1; options.jsonrpc && id <= options.send.size(); ++id) {
    try {
      static_cast<void>(json_rpc_call(options.send[id - 1], id));
    } catch (const std::invalid_argument& error) {
      throw cli::UsageError(fmt::format("--send: {}", error.what()));
    }
  }
  check_words("--subprotocol", words_of(options.subprotocols));
  static_cast<void>(ws_wait(options));
}

}  // namespace commands
