// A request as it goes over the wire: what its caller said, and what goes with it by itself.
//
//   const detail::ClientMessage message(request, options, nullptr, true);
//   conversation.ask({.start = message.start(), .body = request.body}, limit);
//
// Threads: a value; what it was made of must outlive it.

#pragma once

#include <string>
#include <string_view>

#include "gnet/base/chrono.h"
#include "gnet/http/body_framing.h"
#include "gnet/http/client_options.h"
#include "gnet/http/client_request.h"
#include "gnet/http/headers.h"
#include "gnet/http/message_writer.h"
#include "gnet/http/url.h"

namespace gnet::http::detail {

class ClientMessage {
 public:
  // `proxy`: which is asked for the whole URL; null: none. Without `may_expect` a large body is not
  // announced.
  ClientMessage(const ClientRequest& request, const ClientOptions& options, const ProxyURL* proxy,
                bool may_expect);

  // Valid as long as the message.
  [[nodiscard]] RequestStart start() const;
  [[nodiscard]] BodyFraming framing() const noexcept { return framing_; }

  // Whether the body waits for permission.
  [[nodiscard]] bool asks_first() const noexcept { return asks_first_; }

  // Whether the answer may come compressed, and is to be decoded.
  [[nodiscard]] bool takes_codings() const noexcept { return takes_codings_; }

  // The head, as it is sent. Throws as append_request().
  [[nodiscard]] std::string head() const;

 private:
  void add_own_fields(const ClientOptions& options);
  void add_credentials(const ProxyURL* proxy);
  void add_cookies(const ClientOptions& options);

  const ClientRequest& request_;
  BodyFraming framing_;
  Headers fields_;
  std::string target_;
  std::string host_;
  bool asks_first_ = false;
  bool takes_codings_ = false;
};

[[nodiscard]] BodyFraming body_framing(const ClientRequest& request) noexcept;
[[nodiscard]] bool wants_upgrade(const ClientRequest& request) noexcept;

// The proxy on the way, and the same if it is asked for the whole URL, where it does not pass the
// connection through; null: none.
[[nodiscard]] const ProxyURL* proxy_for(const URL& url, const ClientOptions& options);
[[nodiscard]] const ProxyURL* forwarding_proxy(const ClientRequest& request,
                                               const ClientOptions& options);

[[nodiscard]] std::chrono::sys_seconds present_second();

}  // namespace gnet::http::detail
