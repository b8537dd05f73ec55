#include "commands/http_redirect.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"

namespace commands {

std::string secured_url(std::string_view host, std::string_view target, std::uint16_t port) {
  if (host.empty() || !target.starts_with('/')) return {};
  const std::size_t bracket = host.find(']');  // of an IPv6 address
  const std::size_t colon = host.find(':', bracket == host.npos ? 0 : bracket);
  const std::string_view name = host.substr(0, colon);
  if (name.empty()) return {};
  return port == 443 ? fmt::format("https://{}{}", name, target)
                     : fmt::format("https://{}:{}{}", name, port, target);
}

HTTPRedirect::HTTPRedirect(const cli::ServerOptions& options, std::uint16_t port) {
  const bool v4 = !options.only_v6, v6 = !options.only_v4;
  if (options.everywhere) {
    listen(v4 && v6 ? "*" : v4 ? "0.0.0.0" : "::", port, false);
  } else if (!options.bind.empty()) {
    for (const std::string& host : options.bind) listen(host, port, false);
  } else {
    if (v4) listen("127.0.0.1", port, false);
    const std::uint16_t chosen =
        listeners_.empty() ? port : listeners_.front().local_endpoint().port();
    if (v6) listen("::1", chosen, v4);
  }
}

void HTTPRedirect::listen(const std::string& host, std::uint16_t port, bool may_be_missing) {
  try {
    listeners_.emplace_back(gnet::Endpoint::of(gnet::Transport::tcp, host, port).with_listen());
  } catch (const std::system_error& error) {
    if (may_be_missing) return;
    throw cli::Failure(cli::Exit::listen, gnet::describe(error), {}, {}, error.code());
  }
}

void HTTPRedirect::start(std::uint16_t secured) {
  const auto send_away = [secured](gnet::http::Request& request, gnet::http::Response& response) {
    const auto host = request.header(gnet::http::FieldName::host).value_or("");
    const std::string url = secured_url(host, request.target(), secured);
    if (url.empty()) throw gnet::http::HTTPError(400, "this is by TLS only");
    response.close().status(308).set("Location", url).send({});
  };
  for (gnet::Listener& listener : listeners_) {
    gnet::Logger("http").info("redirecting from {}", listener.local_endpoint().to_string());
    servers_.push_back(std::make_unique<gnet::HTTPServerFactory>(std::move(listener), send_away));
    servers_.back()->start();
  }
  listeners_.clear();
}

}  // namespace commands
