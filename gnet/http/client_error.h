// Why a request has no answer, or not all of it.
//
//   try {
//     client.get("http://a.test/").read_all();
//   } catch (const gnet::http::ClientError& error) {
//     if (error.failure() == gnet::http::ClientFailure::lost) try_again();
//     log.warn("{}", error.what());     // GET http://a.test/: cannot connect to tcp://a.test:80: …
//   }
//
// An answer with a status of 400 and more is an answer, and no error.
//
// Threads: a value.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "gnet/base/error.h"

namespace gnet::http {

enum class ClientFailure : std::uint8_t {
  resolve,   // the host has no address
  connect,   // nobody there, or not in time
  tls,       // no handshake, or a server that is not the one asked for
  protocol,  // what came is no answer, or a proxy has refused
  lost,      // the connection ended before all of the answer had come
  timeout,   // connected, but the next step took longer than it may; or all of it did
  limit,     // an answer larger than what is accepted
};

// "GET http://a.test/x: the answer ended after 5 of 10 bytes". The URL has no password in it. Its
// code is that of the reason below, if there is one: the resolver's, the system's, TLS's.
class ClientError : public SystemError {
 public:
  ClientError(ClientFailure failure, std::error_code code, std::string_view subject,
              std::string_view reason);

  [[nodiscard]] ClientFailure failure() const noexcept { return failure_; }

  // What went wrong, without the request that it is about.
  [[nodiscard]] const char* reason() const noexcept { return reason_.what(); }

 private:
  std::runtime_error reason_;  // copies without throwing
  ClientFailure failure_;
};

namespace detail {

// What is said about a request, see above, by those who do not know it.
class ClientTrouble : public std::runtime_error {
 public:
  ClientTrouble(ClientFailure failure, std::error_code code, const std::string& reason)
      : std::runtime_error(reason), code(code), failure(failure) {}
  ClientTrouble(ClientFailure failure, const std::string& reason);

  std::error_code code;
  ClientFailure failure;
};

}  // namespace detail

}  // namespace gnet::http
