// A proxy that does not do what it is asked for.
//
//   try {
//     gnet::proxy::socks_connect(stream, gnet::proxy::Socks::v5h, {"example.org", 443}, {}, 5s);
//   } catch (const gnet::proxy::ProxyError& error) {
//     log.warn("{}", error.what());              // "the proxy refuses: host unreachable"
//   }
//
// That the connection to it was lost, or was too slow, is a std::system_error as anywhere.
//
// Threads: a value.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace gnet::proxy {

class ProxyError : public std::runtime_error {
 public:
  enum Kind : std::uint8_t {
    refused,     // it has said no
    login,       // it wants a user and a password, or others
    malformed,   // it does not speak the protocol
    impossible,  // it cannot be asked so: a name that is too long, IPv6 over SOCKS4
  };

  ProxyError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}

  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

}  // namespace gnet::proxy
