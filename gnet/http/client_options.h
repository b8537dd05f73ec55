// How an HTTP client behaves towards servers, proxies and whoever calls it.
//
//   gnet::http::ClientOptions options{.timeout = 20s, .max_redirects = 0};
//   options.body.body = 1024 * 1024;              // larger answers are an error
//   gnet::http::Client client(options);
//
// Threads: a value.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/chrono.h"
#include "gnet/base/duration.h"
#include "gnet/base/function.h"
#include "gnet/fiber/retry.h"
#include "gnet/http/body_decoder.h"
#include "gnet/http/content_decoder.h"
#include "gnet/http/head_limits.h"
#include "gnet/http/proxy_settings.h"
#include "gnet/io/connect.h"
#include "gnet/io/tls_context.h"

namespace gnet {
class Socket;
}

namespace gnet::http {

class CookieJar;

// When a request is made again. Only what means the same when it is done twice is (GET, HEAD, PUT,
// DELETE, OPTIONS, TRACE), and only if its body can be sent again, see ClientRequest.
//
// Independent of this, a request for which a connection of the pool turns out to be dead is made
// once more on a new one, if no byte of an answer has come and the method is one of those, or
// nothing of the request has left.
struct ClientRetry {
  RetryPolicy delays = RetryPolicy::never();
  bool on_connect = true;   // the host does not resolve, or does not take the connection
  bool on_timeout = false;  // it does so too late, or no answer comes in time
  bool on_lost = false;     // the connection ended before an answer
  bool any_method = false;  // other methods, POST for instance, as well
  std::vector<int> statuses = {429, 502, 503, 504};
  // The longest Retry-After that is heeded; an answer that wants more is given to the caller.
  TimeSpan longest_wait = std::chrono::minutes(2);
  // Told before each new try; `reason` is a status, "503 Service Unavailable", or an error's.
  std::function<void(unsigned attempt, Duration delay, std::string_view reason)> announce = nullptr;
};

struct ClientOptions {
  // ---- getting there ----

  // Name resolution, connection, proxy and TLS together; 0 is for ever, here and below.
  TimeSpan connect_timeout = std::chrono::seconds(5);
  // Addresses, source and interface of connections; its own limits do not count.
  ConnectOptions connect = {};
  // Where to go, whatever the URL says: a unix socket, for instance. Requests still name the host
  // of the URL, and its certificate is asked for.
  std::optional<Endpoint> connect_to = std::nullopt;
  // May change both for one connection.
  std::function<void(Endpoint& endpoint, ConnectOptions& options)> route = nullptr;
  // Called with the socket of each new connection.
  std::function<void(Socket& socket)> set_up = nullptr;
  ProxySettings proxy = {};

  // Nothing: the system's authorities, and HTTP/1.1 asked for. For https and wss.
  std::optional<TLSContext> tls = std::nullopt;
  // Makes it instead, when the first connection wants it: reading authorities takes its time.
  std::function<TLSContext()> make_tls = nullptr;
  std::string server_name = {};  // the name that servers show, instead of the URL's

  // ---- the exchange ----

  TimeSpan write_timeout = std::chrono::seconds(60);  // the server takes no byte
  TimeSpan head_timeout = std::chrono::seconds(60);   // from the request to the head of the answer
  TimeSpan body_timeout = std::chrono::seconds(60);   // no byte of the answer's body comes
  TimeSpan timeout = {};                              // everything, to the end of the body

  HeadLimits head = {};
  BodyLimits body = {};  // of what comes over the wire

  // Compressed answers are asked for (gzip, deflate, br, zstd) and decoded while they are read,
  // within these bounds. Not where a request has an Accept-Encoding or a Range of its own.
  bool decompress = true;
  DecodeLimits decoded = {};

  // A body of more bytes than this, or of a size that is not known, is announced first (Expect:
  // 100-continue), and sent when the server agrees, or says nothing for that long.
  std::uint64_t expect_above = 1024 * 1024;
  TimeSpan continue_timeout = std::chrono::seconds(1);

  std::string user_agent = "gnet";  // empty: no such field

  // Told the head of each request before it is sent, with all that is secret in it.
  std::function<void(std::string_view head)> on_request = nullptr;

  // ---- what is done with answers ----

  // 0: redirects are answers like others.
  unsigned max_redirects = 10;
  ClientRetry retry = {};
  // Sent from and kept in; must outlive the client. Null: cookies are fields like others.
  CookieJar* cookies = nullptr;

  // ---- connections that stay ----

  std::size_t idle_per_host = 8;
  std::size_t idle_in_all = 64;  // 0: none stays
  TimeSpan idle_timeout = std::chrono::seconds(50);
};

}  // namespace gnet::http
