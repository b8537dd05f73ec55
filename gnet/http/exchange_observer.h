// A request and what came of it, for access logs and metrics.
//
//   struct Counter : gnet::http::ExchangeObserver {
//     void exchange_ended(const gnet::http::Exchange& exchange) noexcept override {
//       ++answers[exchange.status];
//     }
//   } counter;
//   gnet::http::ServerOptions options{.observer = &counter};
//
// Threads: an observer is called by all threads of the servers that have it.

#pragma once

#include <cstdint>

#include "gnet/base/duration.h"

namespace gnet {
class ByteStream;
class Endpoint;
}  // namespace gnet

namespace gnet::http {

class RequestHead;

struct Exchange {
  const Endpoint& peer;
  ByteStream& stream;           // of the connection, for its addresses
  std::uint64_t connection;     // session_id() of it; 0 without one
  const RequestHead* request;   // null where what came was no request
  int status;                   // of the answer; 0: there was none, 101: another protocol
  std::uint64_t body_received;  // bytes, after the coding for the transfer
  std::uint64_t body_sent;
  Duration lasted;  // from the first byte of the request to the end of the answer
  bool complete;    // the handler has come to its end, and the client took the answer until then
};

class ExchangeObserver {
 public:
  // Called on the fiber of the connection. It must not suspend. An answer to a request that others
  // follow may not have left yet.
  virtual void exchange_ended(const Exchange& exchange) noexcept = 0;

 protected:
  ~ExchangeObserver() = default;
};

}  // namespace gnet::http
