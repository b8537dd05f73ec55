// Where a client really connects to, by --resolve and --connect-to. Both are curl's.
//
//   const auto pin = cli::PinnedHost::parse("example.org:80:127.0.0.1,[::1]");
//   pin.matches("example.org", 80);   // true: its addresses are pin.addresses()
//
//   const auto other = cli::Redirect::parse("example.org:80:localhost:8080");
//   other.matches("example.org", 80);   // true: connect to localhost:8080 instead

#pragma once

#include <asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// "HOST:PORT:ADDR[,ADDR]": what a host's addresses are, instead of looking them up. The host "*" is
// any for which there is no other. "-HOST:PORT" takes back what was said before. A "+" in front,
// which in curl says how long it is to be remembered, has no effect.
class PinnedHost {
 public:
  // Throws BadValue.
  [[nodiscard]] static PinnedHost parse(std::string_view text);

  [[nodiscard]] bool matches(std::string_view host, std::uint16_t port) const;

  [[nodiscard]] bool is_any_host() const noexcept { return host_ == "*"; }
  // At least one, unless it takes something back.
  [[nodiscard]] const std::vector<asio::ip::address>& addresses() const noexcept {
    return addresses_;
  }
  [[nodiscard]] std::string to_string() const;

 private:
  std::string host_;
  std::uint16_t port_ = 0;
  std::vector<asio::ip::address> addresses_;
};

// The addresses that these give a host: those of the last one that names it, else of the last "*".
// Empty: it is to be looked up.
[[nodiscard]] std::vector<asio::ip::address> pinned_addresses(const std::vector<PinnedHost>& pins,
                                                              std::string_view host,
                                                              std::uint16_t port);

// "HOST1:PORT1:HOST2:PORT2": whoever wants to go to the first goes to the second. An empty HOST1 or
// PORT1 is any, an empty HOST2 or PORT2 is what was wanted.
class Redirect {
 public:
  // Throws BadValue.
  [[nodiscard]] static Redirect parse(std::string_view text);

  [[nodiscard]] bool matches(std::string_view host, std::uint16_t port) const;

  // Where to go instead of there.
  [[nodiscard]] std::string host_for(std::string_view host) const;
  [[nodiscard]] std::uint16_t port_for(std::uint16_t port) const;

  [[nodiscard]] std::string to_string() const;

 private:
  std::string from_host_;
  std::optional<std::uint16_t> from_port_;
  std::string to_host_;
  std::optional<std::uint16_t> to_port_;
};

[[nodiscard]] std::string show(const PinnedHost& pin);
[[nodiscard]] std::string show(const Redirect& redirect);

}  // namespace cli
