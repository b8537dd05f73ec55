// Who may connect: networks that are let in or kept out, in the order in which
// --allow and --deny were given.
//
//   const std::vector rules{cli::AccessRule::parse("allow 10.0.0.0/8")};
//   cli::admits(rules, asio::ip::make_address("10.1.2.3"));   // true
//   cli::admits(rules, asio::ip::make_address("192.0.2.1"));  // false

#pragma once

#include <asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

class AccessRule {
 public:
  // Reads "allow" or "deny" and "10.0.0.0/8", "::1/128" or a single address; throws BadValue.
  [[nodiscard]] static AccessRule parse(std::string_view text);

  // An IPv4 address that comes mapped into IPv6 counts as IPv4.
  [[nodiscard]] bool matches(const asio::ip::address& address) const;

  [[nodiscard]] bool allows() const noexcept { return allow_; }
  [[nodiscard]] std::string to_string() const;

 private:
  bool allow_ = true;
  asio::ip::address network_;
  unsigned bits_ = 0;
};

[[nodiscard]] std::string show(const AccessRule& rule);

// The first rule that matches decides. Who matches none is in, unless some rule allows by name.
[[nodiscard]] bool admits(const std::vector<AccessRule>& rules, const asio::ip::address& address);

}  // namespace cli
