// Who may connect: networks that are let in or kept out, in the order in which
// --allow and --deny were given.
//
//   const std::vector rules{cli::AccessRule::parse("allow 10.0.0.0/8")};
//   cli::admits(rules, peer);   // of gnet::SocketAddress: 10.1.2.3 is in, 192.0.2.1 is not

#pragma once

#include <asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/io/address.h"

namespace cli {

class AccessRule {
 public:
  // Reads "allow" or "deny" and "10.0.0.0/8", "::1/128" or a single address. IPv4 that is written
  // as IPv6, ::ffff:10.0.0.0/104, is IPv4. Throws BadValue, also for what no peer could match.
  [[nodiscard]] static AccessRule parse(std::string_view text);

  // As SocketAddress::ip() has it: a network of IPv4 matches no address of IPv6, nor the other way.
  [[nodiscard]] bool matches(const asio::ip::address& address) const;

  [[nodiscard]] bool allows() const noexcept { return allow_; }
  [[nodiscard]] std::string to_string() const;

 private:
  void unmap();
  void refuse_nobody() const;

  bool allow_ = true;
  asio::ip::address network_;
  unsigned bits_ = 0;
};

[[nodiscard]] std::string show(const AccessRule& rule);

// The first rule that matches decides. Who matches none is in, unless some rule allows by name.
// Rules are for IP addresses: whoever comes over a unix socket is in.
[[nodiscard]] bool admits(const std::vector<AccessRule>& rules, const gnet::SocketAddress& peer);

}  // namespace cli
