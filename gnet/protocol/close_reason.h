// Why a connection ended.
//
//   void connection_lost(const gnet::CloseReason& reason) override {
//     if (reason.kind == gnet::CloseKind::io_error) log().warn("lost: {}", reason.text());
//   }
//
// Threads: a plain value.

#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "gnet/base/duration.h"

namespace gnet {

enum class CloseKind {
  eof,            // the peer ended its side, and everything was sent
  read_deadline,  // the peer sent nothing, or no whole message, for too long
  idle_timeout,   // nothing went either way for too long
  write_timeout,  // the peer took nothing for too long
  local_close,    // close_protocol() or send_lose()
  local_abort,    // abort()
  io_error,       // a system call failed; `error` says which
  handler_error,  // a callback threw; `error` is what it threw
  service_stop,   // the factory was stopped
};

// "eof", "read deadline", "write timeout" …
[[nodiscard]] std::string_view to_string(CloseKind kind) noexcept;

struct CloseReason {
  CloseKind kind = CloseKind::eof;
  std::exception_ptr error;  // with io_error and handler_error
  Duration after{};          // with read_deadline, idle_timeout and write_timeout: their length
  std::size_t unsent = 0;    // bytes that were still to be sent, when that failed at the end
  std::size_t unread = 0;    // with service_stop: bytes of a peer that went on sending

  // For people: "i/o error: receive: connection reset by peer", "read deadline of 2s passed".
  [[nodiscard]] std::string text() const;
};

}  // namespace gnet
