#include "gnet/proxy/destinations.h"

#include <algorithm>
#include <array>
#include <asio/ip/address.hpp>
#include <charconv>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

namespace gnet::proxy {
namespace {

using Bytes = std::vector<unsigned char>;

Bytes bytes_of(const asio::ip::address& address) {
  if (address.is_v4()) {
    const auto raw = address.to_v4().to_bytes();
    return {raw.begin(), raw.end()};
  }
  const auto raw = address.to_v6().to_bytes();
  return {raw.begin(), raw.end()};
}

bool in_network(const Bytes& address, const Bytes& network, unsigned bits) {
  if (address.size() != network.size()) return false;
  for (unsigned bit = 0; bit < bits; bit += 8) {
    const auto mask = static_cast<unsigned char>(0xff00U >> std::min(8U, bits - bit));
    if (((address[bit / 8] ^ network[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

class Networks {
 public:
  Networks(std::initializer_list<std::pair<const char*, unsigned>> list) {
    for (const auto& [address, bits] : list) {
      networks_.emplace_back(bytes_of(asio::ip::make_address(address)), bits);
    }
  }
  [[nodiscard]] bool have(const Bytes& address) const {
    return std::ranges::any_of(networks_, [&](const auto& network) {
      return in_network(address, network.first, network.second);
    });
  }

 private:
  std::vector<std::pair<Bytes, unsigned>> networks_;
};

// Of no machine in particular, or of whatever is on the same wire: RFC 6890.
const Networks& nobodys() {
  static const Networks networks{
      {"0.0.0.0", 8}, {"169.254.0.0", 16}, {"224.0.0.0", 4}, {"240.0.0.0", 4},
      {"::", 128},    {"fe80::", 10},      {"ff00::", 8},
  };
  return networks;
}

// This machine's, and its networks'.
const Networks& ours() {
  static const Networks networks{
      {"127.0.0.0", 8},   {"10.0.0.0", 8},   {"172.16.0.0", 12},  {"192.168.0.0", 16},
      {"100.64.0.0", 10}, {"192.0.0.0", 24}, {"198.18.0.0", 15},  {"::1", 128},
      {"fc00::", 7},      {"fec0::", 10},    {"64:ff9b:1::", 48},
  };
  return networks;
}

// The IPv4 addresses that an IPv6 one stands for, by whatever way of translation or tunnel.
void add_embedded(const Bytes& v6, std::vector<Bytes>& meanings) {
  const auto begins = [&](std::initializer_list<unsigned char> prefix) {
    return std::ranges::equal(prefix, std::span(v6).first(prefix.size()));
  };
  const auto add = [&](std::size_t at, unsigned char flip = 0) {
    Bytes v4(v6.begin() + static_cast<std::ptrdiff_t>(at),
             v6.begin() + static_cast<std::ptrdiff_t>(at + 4));
    for (unsigned char& byte : v4) byte = static_cast<unsigned char>(byte ^ flip);
    meanings.push_back(std::move(v4));
  };
  constexpr unsigned char kFF = 0xff;
  const bool zeros = begins({0, 0, 0, 0, 0, 0, 0, 0});
  const auto middle = v6[8] << 24 | v6[9] << 16 | v6[10] << 8 | v6[11];
  if (zeros && middle == 0xffff) add(12);                        // mapped
  if (zeros && middle == static_cast<int>(0xffff0000)) add(12);  // RFC 2765
  const bool is_one_or_none = v6[12] == 0 && v6[13] == 0 && v6[14] == 0 && v6[15] <= 1;
  if (zeros && middle == 0 && !is_one_or_none) add(12);  // compatible
  if (begins({0, 0x64, kFF, 0x9b})) add(12);             // NAT64: RFC 6052, 8215
  if (begins({0x20, 0x02})) add(2);                      // 6to4
  if (begins({0x20, 0x01, 0, 0})) add(4), add(12, kFF);  // Teredo
  const bool isatap = (v6[8] & 0xfd) == 0 && v6[9] == 0 && v6[10] == 0x5e && v6[11] == 0xfe;
  if (isatap) add(12);
}

// The address itself, and all that it stands for.
std::vector<Bytes> meanings_of(const asio::ip::address& address) {
  std::vector<Bytes> meanings{bytes_of(address)};
  if (address.is_v4()) return meanings;
  add_embedded(Bytes(meanings[0]), meanings);
  // A mapped address is an IPv4 one and nothing else.
  if (address.to_v6().is_v4_mapped()) meanings.erase(meanings.begin());
  return meanings;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// As it is compared: in lower case, without the dot of the root.
std::string plain(std::string_view host) {
  if (host.size() > 1 && host.ends_with('.')) host.remove_suffix(1);
  return lower(host);
}

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = pattern.npos;
  std::size_t from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

bool is_only_stars(std::string_view pattern) {
  return pattern.find_first_not_of("*.") == pattern.npos;
}

std::optional<asio::ip::address> address_in(std::string_view text) {
  asio::error_code error;
  const auto address = asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return address;
}

std::pair<std::uint16_t, std::uint16_t> ports_of(std::string_view text) {
  const auto number = [](std::string_view digits) {
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      throw std::invalid_argument("ports are N or LO-HI, 0-65535");
    }
    return value;
  };
  const std::size_t dash = text.find('-');
  if (dash == text.npos) return {number(text), number(text)};
  const std::pair range{number(text.substr(0, dash)), number(text.substr(dash + 1))};
  if (range.first > range.second) throw std::invalid_argument("ports are N or LO-HI, 0-65535");
  return range;
}

unsigned prefix_of(std::string_view text, unsigned width) {
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc() || end != text.data() + text.size() || bits > width) {
    throw std::invalid_argument("the prefix length must be 0-" + std::to_string(width));
  }
  return bits;
}

// What an entry has for a host, and its ports: "[fd00::]/8:443", "10.0.0.0/8", "fd00::/8",
// "*.corp:80".
struct Split {
  std::string_view host;
  std::string_view bits;
  std::string_view ports;
};
Split split(std::string_view entry) {
  Split parts;
  if (entry.starts_with('[')) {
    const std::size_t end = entry.find(']');
    if (end == entry.npos) throw std::invalid_argument("']' is missing");
    parts.host = entry.substr(1, end - 1);
    entry.remove_prefix(end + 1);
  } else {
    const bool bare_v6 = std::ranges::count(entry, ':') > 1;
    parts.host = entry.substr(0, entry.find_first_of(bare_v6 ? "/" : "/:"));
    entry.remove_prefix(parts.host.size());
  }
  const std::size_t colon = std::min(entry.find(':'), entry.size());
  parts.bits = entry.substr(0, colon);
  parts.ports = entry.substr(colon);
  const bool odd = (!parts.bits.empty() && !parts.bits.starts_with('/')) || parts.ports == ":";
  if (parts.host.empty() || odd || parts.bits == "/") {
    throw std::invalid_argument("must be a network or a name, perhaps with ports");
  }
  if (!parts.bits.empty()) parts.bits.remove_prefix(1);
  if (!parts.ports.empty()) parts.ports.remove_prefix(1);
  return parts;
}

}  // namespace

bool Destinations::Entry::has_port(std::uint16_t port) const noexcept {
  return ports.empty() || std::ranges::any_of(ports, [port](const auto& range) {
           return port >= range.first && port <= range.second;
         });
}

bool Destinations::Entry::contains(const std::vector<unsigned char>& address) const noexcept {
  return !network.empty() && in_network(address, network, bits);
}

void Destinations::read(std::string_view list, std::vector<Entry>& into) {
  std::vector<Entry> entries;
  while (!list.empty()) {
    const std::string_view text = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), text.size() + 1));
    try {
      const Split parts = split(text);
      Entry entry;
      if (!parts.ports.empty()) entry.ports.push_back(ports_of(parts.ports));
      if (const auto address = address_in(parts.host)) {
        const auto meant = address->is_v6() && address->to_v6().is_v4_mapped()
                               ? asio::ip::make_address_v4(asio::ip::v4_mapped, address->to_v6())
                               : *address;
        entry.network = bytes_of(meant);
        const auto width = static_cast<unsigned>(entry.network.size() * 8);
        entry.bits = parts.bits.empty() ? width : prefix_of(parts.bits, width);
      } else if (!parts.bits.empty()) {
        throw std::invalid_argument("is no network");
      } else {
        entry.pattern = plain(parts.host);
      }
      entries.push_back(std::move(entry));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("'" + std::string(text) + "': " + error.what());
    }
  }
  if (entries.empty()) throw std::invalid_argument("a list of destinations is empty");
  std::ranges::move(entries, std::back_inserter(into));
}

void Destinations::allow(std::string_view list) {
  read(list, allowed_);
}

void Destinations::deny(std::string_view list) {
  read(list, denied_);
}

bool Destinations::admits_name(std::string_view host, std::uint16_t port) const {
  return judge_name(host, port);
}

bool Destinations::admits(std::string_view host, const asio::ip::address& address,
                          std::uint16_t port, bool local) const {
  return port != 0 && judge(host, address, port, local);
}

bool Destinations::admits_some_port(std::string_view host, const asio::ip::address& address,
                                    bool local) const {
  return judge(host, address, std::nullopt, local);
}

bool Destinations::judge_name(std::string_view host, std::optional<std::uint16_t> port) const {
  const std::string name = plain(host);
  const auto names = [&](const Entry& entry) {
    return entry.network.empty() && matches(entry.pattern, name);
  };
  if (std::ranges::any_of(
          denied_, [&](const Entry& entry) { return entry.has_surely(port) && names(entry); })) {
    return false;
  }
  if (allowed_.empty()) return true;
  return std::ranges::any_of(allowed_, [&](const Entry& entry) {
    return entry.has_perhaps(port) && (names(entry) || !entry.network.empty());
  });
}

bool Destinations::judge(std::string_view host, const asio::ip::address& address,
                         std::optional<std::uint16_t> port, bool local) const {
  if (!judge_name(host, port)) return false;
  const std::string name = plain(host);
  const std::vector<Bytes> meanings = meanings_of(address);
  const auto any_in = [&](const Entry& entry) {
    return entry.has_surely(port) &&
           std::ranges::any_of(meanings, [&](const Bytes& one) { return entry.contains(one); });
  };
  if (std::ranges::any_of(denied_, any_in)) return false;
  // Each of its meanings has to be named, or its name.
  const bool by_network = std::ranges::all_of(meanings, [&](const Bytes& one) {
    return std::ranges::any_of(allowed_, [&](const Entry& entry) {
      return entry.has_perhaps(port) && entry.contains(one);
    });
  });
  bool by_name = false;
  bool by_its_name = false;  // more than "*"
  for (const Entry& entry : allowed_) {
    if (!entry.network.empty() || !entry.has_perhaps(port) || !matches(entry.pattern, name))
      continue;
    by_name = true;
    by_its_name = by_its_name || (!is_only_stars(entry.pattern) && !address_in(name));
  }
  if (!allowed_.empty() && !by_network && !by_name) return false;
  if (by_network) return true;
  const auto is_any_of = [&](const Networks& networks) {
    return std::ranges::any_of(meanings, [&](const Bytes& one) { return networks.have(one); });
  };
  if (is_any_of(nobodys())) return false;
  return local || by_its_name || !is_any_of(ours());
}

}  // namespace gnet::proxy
