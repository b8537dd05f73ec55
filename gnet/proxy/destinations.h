// Where a proxy may connect to for its clients.
//
//   gnet::proxy::Destinations rules;
//   rules.allow("*.corp:443,10.1.0.0/16"), rules.deny("10.1.2.3");
//   if (!rules.admits_name("db.corp", 443)) refuse();
//   std::erase_if(addresses, [&](const auto& address) {
//     return !rules.admits("db.corp", address, 443, false);
//   });
//
// A list has networks ("10.0.0.0/8", "[fd00::]/8", single addresses) and patterns of names
// ("*.corp", where '*' is any text), each with ports behind a colon or without: "host:443",
// "[::1]:8000-8010". What a deny list names is refused. With an allow list nothing but what that
// names is allowed.
//
// What nobody has named is kept apart from clients all the same: link-local addresses, where clouds
// keep their secrets, and those of no single machine, from all of them; loopback and private
// networks from clients of other machines, as they are not theirs to reach. An allow list that has
// the network, or a pattern of names with more than '*', lifts the second; only a network the
// first.
//
// Addresses are judged by what they mean: ::ffff:127.0.0.1, 64:ff9b::7f00:1 (NAT64),
// 2002:7f00:1:: (6to4) and the like are 127.0.0.1 as well. Judge the address that is dialled, and
// no other: a name may have another one a moment later.
//
// Threads: a value; const members may be called from any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio::ip {
class address;
}

namespace gnet::proxy {

class Destinations {
 public:
  // A list with commas. Throw std::invalid_argument, which names the entry.
  void allow(std::string_view list);
  void deny(std::string_view list);

  // Before a name is looked up: false if no address of it could be admitted. `host` may be an
  // address.
  [[nodiscard]] bool admits_name(std::string_view host, std::uint16_t port) const;

  // Whether a client that has asked for this host may be connected to this address, which the host
  // has. `local`: the client is on this machine.
  [[nodiscard]] bool admits(std::string_view host, const asio::ip::address& address,
                            std::uint16_t port, bool local) const;

  // The same where the port is not known yet: whether there is one at which it could be admitted.
  [[nodiscard]] bool admits_some_port(std::string_view host, const asio::ip::address& address,
                                      bool local) const;

  // For a name that somebody else will look up, where nothing can be said of its address.
  [[nodiscard]] bool admits_unresolved(std::string_view host, std::uint16_t port) const {
    return admits_name(host, port);
  }

 private:
  struct Entry {
    std::vector<unsigned char> network;  // of 4 or 16 bytes; empty: a name
    unsigned bits = 0;
    std::string pattern;                                         // in lower case
    std::vector<std::pair<std::uint16_t, std::uint16_t>> ports;  // empty: all

    [[nodiscard]] bool has_port(std::uint16_t port) const noexcept;
    // Of a port that is perhaps not known: whether it is sure to be, or may be, one of these.
    [[nodiscard]] bool has_surely(std::optional<std::uint16_t> port) const noexcept {
      return port ? has_port(*port) : ports.empty();
    }
    [[nodiscard]] bool has_perhaps(std::optional<std::uint16_t> port) const noexcept {
      return !port || has_port(*port);
    }
    [[nodiscard]] bool contains(const std::vector<unsigned char>& address) const noexcept;
  };
  [[nodiscard]] bool judge_name(std::string_view host, std::optional<std::uint16_t> port) const;
  [[nodiscard]] bool judge(std::string_view host, const asio::ip::address& address,
                           std::optional<std::uint16_t> port, bool local) const;
  static void read(std::string_view list, std::vector<Entry>& into);

  std::vector<Entry> allowed_;
  std::vector<Entry> denied_;
};

}  // namespace gnet::proxy
