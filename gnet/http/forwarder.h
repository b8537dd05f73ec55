// What a proxy does with a request for somebody else (RFC 9110 §7.6): asks there, and hands the
// answer on.
//
//   Forwarder forwarder([&](const std::string& host, std::uint16_t port) {
//     return gnet::connect(gnet::Endpoint::of(gnet::Transport::tcp, host, port), 5s);
//   }, options);
//   Handler handler = [&](Request& request, Response& response) {
//     forwarder.forward(request, response);
//   };
//
// Bodies go as they come, both ways, whatever their size. Both messages are read by the strict
// parsers and written anew: what they refuse is not handed on, and fields that are for one hop only
// go no further. The target is handed on as it was written. TRACE and OPTIONS that may go no
// further, by Max-Forwards, are answered here. The connection to a server stays for the next
// request of the same client to it.
//
// Threads: one for each connection of a client; of its hub.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/base/function.h"
#include "gnet/base/unique_function.h"
#include "gnet/http/client_options.h"
#include "gnet/io/any_stream.h"

namespace gnet::http {

class Request;
class Response;

namespace detail {
class ClientConversation;
}

class Forwarder {
 public:
  // Suspends until connected. What it throws is an answer: HTTPError as it is, ClientError and
  // std::system_error as 502, or 504 where it took too long.
  using Dial = std::function<AnyStream(const std::string& host, std::uint16_t port)>;

  // Of the options count the times, `head` and `body`; they must outlive it.
  Forwarder(Dial dial, const ClientOptions& options);
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  // Answers a request whose target is "http://…"; any other throws HTTPError(400). Suspends.
  // Throws HTTPError while there is no answer yet, and what the client's connection throws.
  void forward(Request& request, Response& response);

 private:
  struct Target;

  void connect(const Target& target);
  void ask(Request& request, const Target& target);
  void answer(Response& response, bool is_head);

  Dial dial_;
  const ClientOptions& options_;
  std::string where_;                          // the connection leads to
  UniqueFunction<std::string_view()> source_;  // the body of the request that is forwarded
  std::unique_ptr<detail::ClientConversation> connection_;
  bool reused_ = false;
};

// "host:port" or "[::1]:port", as CONNECT has it. Throws HTTPError(400).
struct Authority {
  std::string host;  // without brackets
  std::uint16_t port = 0;

  // `otherwise`: the port where none is written; 0: it has to be.
  [[nodiscard]] static Authority parse(std::string_view text, std::uint16_t otherwise = 0);
};

}  // namespace gnet::http
