#include "gnet/http/client.h"

#include <utility>

#include "gnet/http/client_connector.h"
#include "gnet/http/client_message.h"
#include "gnet/http/exchange.h"

namespace gnet::http {

Client::Client(ClientOptions options)
    : core_(std::make_shared<detail::ClientCore>(std::move(options))) {
  const ProxySettings& proxy = core_->options.proxy;
  for (const auto& url : {proxy.http, proxy.https}) {
    if (url) static_cast<void>(url->authorization());  // throws what is no user
  }
}

Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Client::~Client() {
  if (core_) core_->pool.clear();
}

ClientResponse Client::request(ClientRequest request) {
  auto exchange = std::make_unique<detail::Exchange>(core_, std::move(request));
  exchange->run();
  return ClientResponse(std::move(exchange));
}

ClientResponse Client::get(std::string_view url) {
  return request({.url = URL(url)});
}

ClientResponse Client::head(std::string_view url) {
  return request({.method = "HEAD", .url = URL(url)});
}

ClientResponse Client::post(std::string_view url, std::string body, std::string_view content_type) {
  return request({.method = "POST",
                  .url = URL(url),
                  .headers = {{"Content-Type", content_type}},
                  .body = std::move(body)});
}

std::string Client::head_of(const ClientRequest& request) const {
  const ClientOptions& options = core_->options;
  const ProxyURL* proxy = detail::forwarding_proxy(request, options);
  return detail::ClientMessage(request, options, proxy, true).head();
}

std::size_t Client::idle() const noexcept {
  return core_->pool.size();
}

void Client::close_idle() noexcept {
  core_->pool.clear();
}

}  // namespace gnet::http
