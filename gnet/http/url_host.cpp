#include "gnet/http/url_host.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "gnet/base/utf8.h"
#include "gnet/http/ascii.h"
#include "gnet/http/percent.h"
#include "gnet/io/ascii_host.h"

namespace gnet::http::detail {
namespace {

[[noreturn]] void refuse(std::string_view host, std::string_view reason) {
  throw std::invalid_argument("'" + printable(host) + "' " + std::string(reason));
}

// Values beyond 32 bits become this one: out of every range.
constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 40U;

// A part of an IPv4 address: decimal, 0x and hexadecimal, or 0 and octal.
std::optional<std::uint64_t> ipv4_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  if (text.empty()) return 0;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, base);
  if (rest != end) return std::nullopt;
  return error == std::errc() ? std::min(value, kTooLarge) : kTooLarge;
}

std::vector<std::string_view> parts_of(std::string_view host) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= host.size();) {
    const std::size_t dot = std::min(host.find('.', begin), host.size());
    parts.push_back(host.substr(begin, dot - begin));
    begin = dot + 1;
  }
  if (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return parts;
}

// No name may look like this: it is an IPv4 address or nothing.
bool ends_in_number(std::string_view last) {
  if (last.empty()) return false;
  return std::ranges::all_of(last, is_digit) || ipv4_number(last).has_value();
}

std::string ipv4_host(std::string_view host, const std::vector<std::string_view>& parts) {
  constexpr std::string_view kReason = "is no IPv4 address";
  if (parts.size() > 4) refuse(host, kReason);
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = ipv4_number(parts[i]);
    const bool last = i + 1 == parts.size();
    // The last part fills all the bytes that are left.
    const std::uint64_t bits = last ? 8 * (4 - i) : 8;
    if (!number || *number >> bits != 0) refuse(host, kReason);
    address += *number << (last ? 0 : 8 * (3 - i));
  }
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (!text.empty()) text += '.';
    text += std::to_string((address >> static_cast<unsigned>(shift)) & 0xffU);
  }
  return text;
}

// The first of the longest runs of two zeros and more, which is written as "::".
std::pair<std::size_t, std::size_t> longest_zeros(const std::array<std::uint16_t, 8>& groups) {
  std::size_t best = 0;
  std::size_t length = 1;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - i > length) {
      best = i;
      length = end - i;
    }
  }
  return {best, length > 1 ? length : 0};
}

// Unlike inet_ntop() never with an IPv4 address at its end.
std::string ipv6_text(const in6_addr& address) {
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i] =
        static_cast<std::uint16_t>(address.s6_addr[2 * i] << 8U | address.s6_addr[2 * i + 1]);
  }
  const auto [zeros, length] = longest_zeros(groups);
  std::string text;
  for (std::size_t i = 0; i < groups.size();) {
    if (length != 0 && i == zeros) {
      text += i == 0 ? "::" : ":";
      i += length;
      continue;
    }
    std::array<char, 4> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), groups[i], 16).ptr;
    text.append(digits.data(), end);
    if (++i < groups.size()) text += ':';
  }
  return text;
}

std::string ipv6_host(std::string_view host) {
  in6_addr address{};
  const bool closed = host.back() == ']';
  const std::string inner(closed ? host.substr(1, host.size() - 2) : host);
  if (!closed || inner.find('\0') != inner.npos ||
      ::inet_pton(AF_INET6, inner.c_str(), &address) != 1) {
    refuse(host, "is no IPv6 address");
  }
  return '[' + ipv6_text(address) + ']';
}

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  constexpr std::string_view kForbidden = "#/:<>?@[\\]^|%";
  return byte <= 0x20 || byte >= 0x7f || kForbidden.find(c) != kForbidden.npos;
}

std::string ascii_name(const std::string& name) {
  try {
    return ascii_host(name);
  } catch (const std::system_error&) {
    refuse(name, "is no host name");
  }
}

}  // namespace

std::string url_host(std::string_view text) {
  if (text.empty()) throw std::invalid_argument("no host");
  if (text.front() == '[') return ipv6_host(text);
  const std::string decoded = percent_decode(text);
  if (!is_utf8(decoded)) refuse(decoded, "is not UTF-8");
  std::string host = decoded.find('\0') == decoded.npos ? ascii_name(decoded) : decoded;
  host = to_lower(host);
  if (host.empty()) throw std::invalid_argument("no host");
  if (std::ranges::any_of(host, is_forbidden)) {
    refuse(host, "has a character that no host name has");
  }
  const auto parts = parts_of(host);
  return ends_in_number(parts.back()) ? ipv4_host(host, parts) : host;
}

}  // namespace gnet::http::detail
