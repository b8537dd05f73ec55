// An endpoint of gnet exec-server: where it listens, and what is spoken there.
//
//   const auto address = ExecAddress::parse("ws-l://:9000");
//   address.endpoint;      // tcp://127.0.0.1:9000
//
// Threads: a value.

#pragma once

#include <string_view>

#include "gnet/io/endpoint.h"

namespace commands {

struct ExecAddress {
  enum class Speech { ws, sse, cgi, bytes, datagrams };

  // ws, wss, http, https, sse, sses, and what Endpoint knows, each with -l or -listen behind it or
  // not. Throws cli::UsageError.
  static ExecAddress parse(std::string_view text);

  // "ws", "http"; empty for bytes and datagrams, which are shown as the endpoint.
  [[nodiscard]] std::string_view scheme() const noexcept;

  gnet::Endpoint endpoint;
  Speech speech = Speech::ws;
};

}  // namespace commands
