#include "gnet/dns/names.h"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <array>
#include <asio/ip/address.hpp>

#include "gnet/dns/ldns_owner.h"

namespace gnet::dns {
namespace {

// "CLASS" and "TYPE" are understood by ldns as well, but of what follows it takes any number.
std::optional<std::uint16_t> numbered(std::string_view name, std::string_view word) {
  if (name.size() <= word.size() || name.size() > word.size() + 5) return std::nullopt;
  unsigned number = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char letter = name[i];
    if (i < word.size()) {
      if ((letter & ~0x20) != word[i]) return std::nullopt;
    } else if (letter < '0' || letter > '9') {
      return std::nullopt;
    } else {
      number = number * 10 + static_cast<unsigned>(letter - '0');
    }
  }
  if (number == 0 || number > UINT16_MAX) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

}  // namespace

std::optional<std::uint16_t> type_of(std::string_view name) {
  auto number = numbered(name, "TYPE");
  if (!number && !name.starts_with("TYPE") && name.find('\0') == name.npos) {
    const auto known = static_cast<unsigned>(ldns_get_rr_type_by_name(std::string(name).c_str()));
    if (known > 0 && known <= UINT16_MAX) number = static_cast<std::uint16_t>(known);
  }
  if (number == kOPT) return std::nullopt;
  return number;
}

std::string type_name(std::uint16_t type) {
  return detail::text_of(ldns_rr_type2str(static_cast<ldns_rr_type>(type)));
}

std::optional<std::uint16_t> class_of(std::string_view name) {
  if (const auto number = numbered(name, "CLASS")) return number;
  if (name.starts_with("CLASS") || name.find('\0') != name.npos) return std::nullopt;
  const auto known = static_cast<unsigned>(ldns_get_rr_class_by_name(std::string(name).c_str()));
  if (known == 0 || known > UINT16_MAX) return std::nullopt;
  return static_cast<std::uint16_t>(known);
}

std::string class_name(std::uint16_t number) {
  return detail::text_of(ldns_rr_class2str(static_cast<ldns_rr_class>(number)));
}

std::string rcode_name(unsigned code) {
  constexpr std::array<std::string_view, 11> kNames = {
      "NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",  "REFUSED",
      "YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE",
  };
  if (code < kNames.size()) return std::string(kNames[code]);
  if (code == kBadVers) return "BADVERS";
  if (code == kBadCookie) return "BADCOOKIE";
  return fmt::format("RCODE{}", code);
}

std::string_view extended_error_name(unsigned code) noexcept {
  constexpr std::array<std::string_view, 31> kNames = {
      "other error",
      "unsupported DNSKEY algorithm",
      "unsupported DS digest type",
      "stale answer",
      "forged answer",
      "DNSSEC indeterminate",
      "DNSSEC bogus",
      "signature expired",
      "signature not yet valid",
      "DNSKEY missing",
      "RRSIGs missing",
      "no zone key bit set",
      "NSEC missing",
      "cached error",
      "not ready",
      "blocked",
      "censored",
      "filtered",
      "prohibited",
      "stale NXDOMAIN answer",
      "not authoritative",
      "not supported",
      "no reachable authority",
      "network error",
      "invalid data",
      "signature expired before valid",
      "too early",
      "unsupported NSEC3 iterations value",
      "unable to conform to policy",
      "synthesized",
      "invalid query type",
  };
  return code < kNames.size() ? kNames[code] : std::string_view();
}

std::string reverse_name(const asio::ip::address& address) {
  std::string name;
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    for (std::size_t i = bytes.size(); i-- > 0;) name += fmt::format("{}.", bytes[i]);
    return name + "in-addr.arpa.";
  }
  const auto bytes = address.to_v6().to_bytes();
  for (std::size_t i = bytes.size(); i-- > 0;) {
    name += fmt::format("{:x}.{:x}.", bytes[i] & 15, bytes[i] >> 4);
  }
  return name + "ip6.arpa.";
}

}  // namespace gnet::dns
