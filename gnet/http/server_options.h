// What the server's side of an HTTP connection allows its client.
//
//   ServerOptions options{.idle_timeout = 10s};
//   options.body.body = 1024 * 1024;              // larger requests are refused: 413
//
// Threads: a value.

#pragma once

#include <cstddef>
#include <cstdint>

#include "gnet/base/chrono.h"
#include "gnet/base/duration.h"
#include "gnet/http/body_decoder.h"
#include "gnet/http/head_limits.h"

namespace gnet::http {

class ExchangeObserver;

struct ServerOptions {
  HeadLimits head = {};
  BodyLimits body = {};

  // 0 is for ever, in each of them.
  TimeSpan head_timeout = std::chrono::seconds(10);  // a head, from its first byte to its last: 408
  TimeSpan body_timeout = std::chrono::seconds(30);  // no byte of a body that is waited for: 408
  TimeSpan idle_timeout = std::chrono::seconds(60);  // no byte of a next request: the end
  TimeSpan write_timeout = std::chrono::seconds(60);  // the client takes no byte: the end

  // Who sends a body, or takes an answer, more slowly than so many bytes a second, counted from ten
  // seconds of waiting on, has timed out as well. 0: any rate will do.
  std::uint64_t min_rate = 0;

  // How long a handler may take, with all that it calls and waits for; 0: as long as it likes. It
  // is cancelled then, and the answer is 503 if there was none yet. An upgrade ends this limit.
  TimeSpan request_timeout = {};

  // A handler is cancelled when its client has gone, see PeerWatch. So it is, with this, when the
  // client has ended its sending side, which some do that wait for an answer.
  bool cancel_at_eof = false;

  // What a handler leaves of a body is read and dropped up to so many bytes; with more of it the
  // connection closes after the answer.
  std::size_t unread_body = 256 * 1024;

  // How many requests a connection may bring; 0: any number.
  std::size_t requests = 0;

  // Is told of each request; has to outlive the server. Null: nobody.
  ExchangeObserver* observer = nullptr;
};

}  // namespace gnet::http
