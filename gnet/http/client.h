// An HTTP/1.1 client.
//
//   gnet::http::Client client;
//   auto response = client.get("https://example.org/");
//   fmt::print("{} {}\n", response.status(), response.read_all());
//
//   client.post("http://127.0.0.1:8080/x", "{}", "application/json");
//   client.request({.method = "DELETE", .url = gnet::http::URL("http://127.0.0.1:8080/x")});
//
// Connections stay for the next request to the same place; redirects are followed; proxies, TLS,
// limits and deadlines are as its options say. A request that leaves its host for another one takes
// no Authorization, Cookie and Proxy-Authorization with it.
//
// An upgrade to another protocol is a request with an Upgrade field. It has a connection of its
// own, behind a proxy one that the proxy passes through (CONNECT):
//
//   auto response = client.request(
//       {.url = gnet::http::URL("ws://127.0.0.1/chat"), .headers = {{"Upgrade", "websocket"}, …}});
//   if (response.status() == 101) {
//     auto [stream, received] = response.take_stream();
//   }
//
// Threads: a client belongs to the hub on which it was made; any number of its fibers may use it.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gnet/http/client_error.h"
#include "gnet/http/client_options.h"
#include "gnet/http/client_request.h"
#include "gnet/http/client_response.h"

namespace gnet::http {

namespace detail {
class ClientCore;
}

class Client {
 public:
  // Throws std::invalid_argument for a proxy that it cannot speak to.
  explicit Client(ClientOptions options = {});
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();  // closes the connections that are idle

  // Suspends until the head of the answer is there. Throws ClientError when there is none,
  // std::invalid_argument for a request that cannot be sent, and what the source of its body does.
  [[nodiscard]] ClientResponse request(ClientRequest request);

  // Throw URLError for what is no URL as well.
  [[nodiscard]] ClientResponse get(std::string_view url);
  [[nodiscard]] ClientResponse head(std::string_view url);
  [[nodiscard]] ClientResponse post(std::string_view url, std::string body,
                                    std::string_view content_type);

  // The head of a request as it would be sent first.
  [[nodiscard]] std::string head_of(const ClientRequest& request) const;

  // Connections that wait for a request.
  [[nodiscard]] std::size_t idle() const noexcept;
  // Closes those.
  void close_idle() noexcept;

 private:
  std::shared_ptr<detail::ClientCore> core_;  // responses have it, too
};

}  // namespace gnet::http
