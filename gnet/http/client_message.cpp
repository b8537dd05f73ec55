#include "gnet/http/client_message.h"

#include <fmt/format.h>

#include "gnet/http/auth.h"
#include "gnet/http/cookie_jar.h"
#include "gnet/http/percent.h"

namespace gnet::http::detail {

ClientMessage::ClientMessage(const ClientRequest& request, const ClientOptions& options,
                             const ProxyURL* proxy, bool may_expect)
    : request_(request),
      framing_(body_framing(request)),
      fields_(request.headers),
      target_(request.url.target()),
      host_(request.url.authority()) {
  if (proxy != nullptr) target_ = request.url.origin() + target_;
  asks_first_ = may_expect && framing_.has_body() &&
                (framing_.kind == BodyFraming::chunked || framing_.size > options.expect_above);
  add_own_fields(options);
  add_credentials(proxy);
  if (options.cookies != nullptr) add_cookies(options);
}

void ClientMessage::add_own_fields(const ClientOptions& options) {
  if (!options.user_agent.empty() && !fields_.has(FieldName::user_agent)) {
    fields_.add("User-Agent", options.user_agent);
  }
  if (!fields_.has(FieldName::accept)) fields_.add("Accept", "*/*");
  takes_codings_ = options.decompress && !wants_upgrade(request_) &&
                   !fields_.has(FieldName::accept_encoding) && !fields_.has(FieldName::range);
  if (takes_codings_) fields_.add("Accept-Encoding", "gzip, deflate, br, zstd");
  if (wants_upgrade(request_)) fields_.erase("Connection");
  if (asks_first_) fields_.set("Expect", "100-continue");
}

void ClientMessage::add_credentials(const ProxyURL* proxy) {
  const URL& url = request_.url;
  const bool has_user = !url.username().empty() || !url.password().empty();
  if (has_user && !fields_.has(FieldName::authorization)) {
    fields_.add("Authorization", basic_authorization(percent_decode(url.username()),
                                                     percent_decode(url.password())));
  }
  // What is meant for a proxy goes to a proxy.
  if (proxy == nullptr) {
    fields_.erase("Proxy-Authorization");
  } else if (!fields_.has(FieldName::proxy_authorization)) {
    const std::string who = proxy->authorization();
    if (!who.empty()) fields_.add("Proxy-Authorization", who);
  }
}

void ClientMessage::add_cookies(const ClientOptions& options) {
  std::string cookies = options.cookies->field(request_.url, present_second());
  if (cookies.empty()) return;
  if (const auto own = fields_.get(FieldName::cookie)) {
    cookies = fmt::format("{}; {}", *own, cookies);
  }
  fields_.set("Cookie", cookies);
}

RequestStart ClientMessage::start() const {
  return {.method = request_.method,
          .target = target_,
          .host = fields_.has(FieldName::host) ? std::string_view() : host_,
          .connection = wants_upgrade(request_) ? "upgrade" : std::string_view(),
          .framing = framing_,
          .headers = &fields_};
}

std::string ClientMessage::head() const {
  std::string text;
  append_request(text, start());
  return text;
}

BodyFraming body_framing(const ClientRequest& request) noexcept {
  if (request.source) {
    if (request.source_size) return {BodyFraming::length, *request.source_size};
    return {BodyFraming::chunked};
  }
  if (request.body.empty()) return {};
  return {BodyFraming::length, request.body.size()};
}

bool wants_upgrade(const ClientRequest& request) noexcept {
  return request.headers.has(FieldName::upgrade);
}

const ProxyURL* proxy_for(const URL& url, const ClientOptions& options) {
  return options.connect_to ? nullptr : options.proxy.find(url);
}

const ProxyURL* forwarding_proxy(const ClientRequest& request, const ClientOptions& options) {
  if (request.url.is_secure() || wants_upgrade(request)) return nullptr;
  const ProxyURL* proxy = proxy_for(request.url, options);
  return proxy != nullptr && !proxy->socks() ? proxy : nullptr;
}

std::chrono::sys_seconds present_second() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace gnet::http::detail
