#include "cli/server/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "cli/line/value.h"

namespace cli {
namespace {

// Both families as 16 bytes, of which the first 4 or all count.
std::array<unsigned char, 16> bytes_of(const asio::ip::address& address) {
  std::array<unsigned char, 16> bytes{};
  if (address.is_v4()) {
    std::ranges::copy(address.to_v4().to_bytes(), bytes.begin());
  } else {
    std::ranges::copy(address.to_v6().to_bytes(), bytes.begin());
  }
  return bytes;
}

}  // namespace

AccessRule AccessRule::parse(std::string_view text) {
  AccessRule rule;
  const std::size_t blank = text.find(' ');
  rule.allow_ = text.substr(0, blank) == "allow";
  text.remove_prefix(blank + 1);
  const std::size_t slash = text.find('/');
  asio::error_code error;
  const std::string_view host = text.substr(0, slash);
  rule.network_ = asio::ip::make_address(std::string(host), error);
  if (error) throw BadValue("must be an address or a network like 10.0.0.0/8");
  if (host.find('%') != host.npos && rule.network_.to_v6().scope_id() == 0) {
    throw BadValue("there is no such interface");
  }
  const unsigned width = rule.network_.is_v4() ? 32 : 128;
  rule.bits_ = width;
  if (slash != std::string_view::npos) {
    const char* first = text.data() + slash + 1;
    const char* last = text.data() + text.size();
    const auto [end, code] = std::from_chars(first, last, rule.bits_);
    if (code != std::errc() || end != last || rule.bits_ > width) {
      throw BadValue(fmt::format("the prefix length must be 0-{}", width));
    }
  }
  rule.unmap();
  rule.refuse_nobody();
  return rule;
}

// IPv4 mapped into IPv6 is how a socket for both has it, and here it is IPv4.
void AccessRule::unmap() {
  if (!network_.is_v6() || !network_.to_v6().is_v4_mapped()) return;
  constexpr unsigned kMapped = 96;
  if (bits_ < kMapped) throw BadValue("the prefix length of IPv4 in IPv6 must be 96-128");
  network_ = asio::ip::make_address_v4(asio::ip::v4_mapped, network_.to_v6());
  bits_ -= kMapped;
}

// A rule that cannot match is a mistake, and for --deny a dangerous one.
void AccessRule::refuse_nobody() const {
  const unsigned width = network_.is_v4() ? 32 : 128;
  if (network_.is_unspecified() && bits_ == width) {
    throw BadValue(fmt::format("nobody has this address; all of IPv{} is {}/0",
                               network_.is_v4() ? 4 : 6, network_.to_string()));
  }
  const unsigned multicast_bits = network_.is_v4() ? 4 : 8;
  const bool broadcast = network_ == asio::ip::address_v4::broadcast() && bits_ == width;
  if (broadcast || (network_.is_multicast() && bits_ >= multicast_bits)) {
    throw BadValue("nobody has such an address: it is for receivers");
  }
}

bool AccessRule::matches(const asio::ip::address& address) const {
  if (address.is_v4() != network_.is_v4()) return false;
  if (network_.is_v6() && network_.to_v6().scope_id() != 0 &&
      network_.to_v6().scope_id() != address.to_v6().scope_id()) {
    return false;
  }
  const auto mine = bytes_of(network_);
  const auto other = bytes_of(address);
  for (unsigned bit = 0; bit < bits_; bit += 8) {
    const unsigned left = std::min(8U, bits_ - bit);
    const auto mask = static_cast<unsigned char>(0xff00U >> left);
    if (((mine[bit / 8] ^ other[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

std::string AccessRule::to_string() const {
  return fmt::format("{} {}/{}", allow_ ? "allow" : "deny", network_.to_string(), bits_);
}

std::string show(const AccessRule& rule) {
  return rule.to_string();
}

bool admits(const std::vector<AccessRule>& rules, const gnet::SocketAddress& peer) {
  const auto address = peer.ip();
  if (!address) return true;
  bool admitted = true;
  for (const AccessRule& rule : rules) {
    if (rule.matches(*address)) return rule.allows();
    if (rule.allows()) admitted = false;
  }
  return admitted;
}

}  // namespace cli
