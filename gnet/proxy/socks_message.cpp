#include "gnet/proxy/socks_message.h"

#include <algorithm>
#include <array>
#include <asio/ip/address.hpp>
#include <cstring>
#include <utility>

#include "gnet/proxy/proxy_error.h"

namespace gnet::proxy {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestUserOf4 = 255;

enum AddressType : unsigned char { kIPv4 = 1, kName = 3, kIPv6 = 4 };

unsigned octet(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint16_t port_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(octet(bytes, at) << 8 | octet(bytes, at + 1));
}

void append_port(std::string& bytes, std::uint16_t port) {
  bytes += static_cast<char>(port >> 8);
  bytes += static_cast<char>(port & 0xff);
}

// A name that something can be done with: no blanks, no control characters.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::ranges::none_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

template <typename Address>
std::string text_of(std::string_view bytes) {
  typename Address::bytes_type raw;
  std::memcpy(raw.data(), bytes.data(), raw.size());
  return Address(raw).to_string();
}

// Address type, address and port, from `at` on.
Decoded<SocksTarget> decode_target(std::string_view bytes, std::size_t at) {
  using Result = Decoded<SocksTarget>;
  if (bytes.size() < at + 2) return Result::needs(at + 4);
  const unsigned type = octet(bytes, at);
  const std::size_t length = type == kIPv4   ? 4
                             : type == kIPv6 ? 16
                             : type == kName ? 1 + octet(bytes, at + 1)
                                             : 0;
  if (length == 0) return Result::bad();
  const std::size_t size = at + 1 + length + 2;
  if (bytes.size() < size) return Result::needs(size);
  std::string_view address = bytes.substr(at + 1, length);
  const std::uint16_t port = port_at(bytes, size - 2);
  if (type == kIPv4) return Result::of({text_of<asio::ip::address_v4>(address), port}, size);
  if (type == kIPv6) return Result::of({text_of<asio::ip::address_v6>(address), port}, size);
  address.remove_prefix(1);
  return Result::of({std::string(address), port}, size);
}

void append_ip(std::string& bytes, const asio::ip::address& address) {
  const auto append = [&bytes](const auto& raw) {
    bytes.append(reinterpret_cast<const char*>(raw.data()), raw.size());
  };
  bytes += static_cast<char>(address.is_v4() ? kIPv4 : kIPv6);
  if (address.is_v4()) {
    append(address.to_v4().to_bytes());
  } else {
    append(address.to_v6().to_bytes());
  }
}

void append_target(std::string& bytes, const SocksTarget& target) {
  asio::error_code error;
  const auto address = asio::ip::make_address(target.host, error);
  if (!error && target.host.find('%') == std::string::npos) {
    append_ip(bytes, address);
  } else if (is_name(target.host)) {
    bytes += static_cast<char>(kName);
    bytes += static_cast<char>(target.host.size());
    bytes += target.host;
  } else {
    throw ProxyError(ProxyError::impossible, "SOCKS cannot carry this host name");
  }
  append_port(bytes, target.port);
}

void append_bound(std::string& bytes, const SocketAddress& bound) {
  append_ip(bytes, bound.ip().value_or(asio::ip::address_v4()));
  append_port(bytes, bound.port());
}

}  // namespace

std::string_view to_string(SocksReply reply) noexcept {
  constexpr std::array<std::string_view, 9> kTexts{
      "succeeded",
      "general failure",
      "not allowed",
      "network unreachable",
      "host unreachable",
      "connection refused",
      "time to live expired",
      "command not supported",
      "address type not supported",
  };
  const auto number = static_cast<std::size_t>(reply);
  return number < kTexts.size() ? kTexts[number] : "unknown error";
}

// ---- the greeting ----

Decoded<SocksGreeting> decode_greeting(std::string_view bytes) {
  using Result = Decoded<SocksGreeting>;
  if (!bytes.empty() && bytes[0] != kSocks5) return Result::bad();
  if (bytes.size() < 2) return Result::needs(2);
  const std::size_t size = 2 + octet(bytes, 1);
  if (size == 2) return Result::bad();
  if (bytes.size() < size) return Result::needs(size);
  const std::string_view methods = bytes.substr(2, size - 2);
  const auto offers = [methods](SocksMethod method) {
    return methods.find(static_cast<char>(method)) != methods.npos;
  };
  return Result::of({offers(SocksMethod::open), offers(SocksMethod::password)}, size);
}

std::string encode_greeting(const SocksGreeting& greeting) {
  std::string methods;
  if (greeting.open) methods += static_cast<char>(SocksMethod::open);
  if (greeting.password) methods += static_cast<char>(SocksMethod::password);
  return std::string{kSocks5, static_cast<char>(methods.size())} + methods;
}

Decoded<SocksMethod> decode_method(std::string_view bytes) {
  using Result = Decoded<SocksMethod>;
  if (!bytes.empty() && bytes[0] != kSocks5) return Result::bad();
  if (bytes.size() < 2) return Result::needs(2);
  return Result::of(static_cast<SocksMethod>(octet(bytes, 1)), 2);
}

std::string encode_method(SocksMethod method) {
  return {kSocks5, static_cast<char>(method)};
}

// ---- user and password ----

std::string encode_login(const SocksUser& user) {
  const auto fits = [](const std::string& text) { return !text.empty() && text.size() <= 255; };
  if (!fits(user.name) || !fits(user.password)) {
    throw ProxyError(ProxyError::impossible,
                     "SOCKS wants a user and a password of 1 to 255 bytes each");
  }
  std::string bytes{1, static_cast<char>(user.name.size())};
  bytes += user.name;
  bytes += static_cast<char>(user.password.size());
  return bytes + user.password;
}

Decoded<SocksUser> decode_login(std::string_view bytes) {
  using Result = Decoded<SocksUser>;
  if (!bytes.empty() && bytes[0] != 1) return Result::bad();
  if (bytes.size() < 2) return Result::needs(3);
  const std::size_t name = octet(bytes, 1);
  if (bytes.size() < 2 + name + 1) return Result::needs(2 + name + 1);
  const std::size_t password = octet(bytes, 2 + name);
  const std::size_t size = 2 + name + 1 + password;
  if (bytes.size() < size) return Result::needs(size);
  return Result::of(
      {std::string(bytes.substr(2, name)), std::string(bytes.substr(3 + name, password))}, size);
}

Decoded<bool> decode_login_answer(std::string_view bytes) {
  using Result = Decoded<bool>;
  // Some servers give the version of SOCKS instead of that of the login.
  if (!bytes.empty() && bytes[0] != 1 && bytes[0] != kSocks5) return Result::bad();
  if (bytes.size() < 2) return Result::needs(2);
  return Result::of(bytes[1] == 0, 2);
}

std::string encode_login_answer(bool welcome) {
  return {1, static_cast<char>(welcome ? 0 : 1)};
}

// ---- request and reply ----

Decoded<SocksRequest> decode_request(std::string_view bytes) {
  using Result = Decoded<SocksRequest>;
  if (!bytes.empty() && bytes[0] != kSocks5) return Result::bad();
  if (bytes.size() > 2 && bytes[2] != 0) return Result::bad();
  auto target = decode_target(bytes, 3);
  if (target.malformed()) {
    Result result = Result::bad();
    result.message.refusal = SocksReply::address_type_not_supported;
    return result;
  }
  if (!target.complete()) return Result::needs(target.size);
  if (!is_name(target.message.host)) return Result::bad();
  const auto command = static_cast<SocksCommand>(octet(bytes, 1));
  return Result::of({.command = command, .target = std::move(target.message), .user = {}},
                    target.size);
}

std::string encode_request(SocksCommand command, const SocksTarget& target) {
  std::string bytes{kSocks5, static_cast<char>(command), 0};
  append_target(bytes, target);
  return bytes;
}

Decoded<SocksAnswer> decode_answer(std::string_view bytes) {
  using Result = Decoded<SocksAnswer>;
  if (!bytes.empty() && bytes[0] != kSocks5) return Result::bad();
  if (bytes.size() > 2 && bytes[2] != 0) return Result::bad();
  auto target = decode_target(bytes, 3);
  if (target.malformed()) return Result::bad();
  if (!target.complete()) return Result::needs(target.size);
  return Result::of({static_cast<SocksReply>(octet(bytes, 1)), std::move(target.message)},
                    target.size);
}

std::string encode_answer(SocksReply reply, const SocketAddress& bound) {
  std::string bytes{kSocks5, static_cast<char>(reply), 0};
  append_bound(bytes, bound);
  return bytes;
}

// ---- datagrams ----

std::optional<SocksDatagram> decode_datagram(std::string_view datagram) {
  if (datagram.size() < 4 || octet(datagram, 0) != 0 || octet(datagram, 1) != 0) return {};
  if (octet(datagram, 2) != 0) return {};  // a fragment
  auto target = decode_target(datagram, 3);
  if (!target.complete() || !is_name(target.message.host)) return {};
  return SocksDatagram{std::move(target.message), datagram.substr(target.size)};
}

std::string encode_datagram_header(const SocketAddress& from) {
  std::string bytes(3, '\0');
  append_bound(bytes, from);
  return bytes;
}

std::string encode_datagram_header(const SocksTarget& to) {
  std::string bytes(3, '\0');
  append_target(bytes, to);
  return bytes;
}

// ---- SOCKS 4 ----

Decoded<SocksRequest> decode_socks4_request(std::string_view bytes) {
  using Result = Decoded<SocksRequest>;
  if (!bytes.empty() && bytes[0] != kSocks4) return Result::bad();
  if (bytes.size() < 9) return Result::needs(9);
  const std::size_t user_end = bytes.find('\0', 8);
  const std::size_t user = std::min(user_end, bytes.size()) - 8;
  if (user > kLongestUserOf4) return Result::bad();
  if (user_end == bytes.npos) return Result::needs(bytes.size() + 1);
  SocksRequest request{.command = static_cast<SocksCommand>(octet(bytes, 1)),
                       .target = {{}, port_at(bytes, 2)},
                       .user = std::string(bytes.substr(8, user))};
  const std::string_view address = bytes.substr(4, 4);
  // 0.0.0.x says that a name follows (SOCKS 4a).
  if (address.substr(0, 3) != std::string_view("\0\0\0", 3) || address[3] == 0) {
    request.target.host = text_of<asio::ip::address_v4>(address);
    return Result::of(std::move(request), user_end + 1);
  }
  const std::size_t name_at = user_end + 1;
  const std::size_t name_end = bytes.find('\0', name_at);
  const std::size_t length = std::min(name_end, bytes.size()) - name_at;
  if (length > kLongestName) return Result::bad();
  if (name_end == bytes.npos) return Result::needs(bytes.size() + 1);
  request.target.host = std::string(bytes.substr(name_at, length));
  if (!is_name(request.target.host)) return Result::bad();
  return Result::of(std::move(request), name_end + 1);
}

std::string encode_socks4_request(SocksCommand command, const SocksTarget& target,
                                  std::string_view user) {
  if (user.size() > kLongestUserOf4 || user.find('\0') != user.npos) {
    throw ProxyError(ProxyError::impossible, "SOCKS 4 cannot carry this user");
  }
  asio::error_code error;
  const auto address = asio::ip::make_address(target.host, error);
  if (!error && address.is_v6()) {
    throw ProxyError(ProxyError::impossible, "SOCKS 4 knows no IPv6 addresses");
  }
  std::string bytes{kSocks4, static_cast<char>(command)};
  append_port(bytes, target.port);
  if (!error) {
    const auto raw = address.to_v4().to_bytes();
    bytes.append(reinterpret_cast<const char*>(raw.data()), raw.size());
  } else {
    if (!is_name(target.host)) {
      throw ProxyError(ProxyError::impossible, "SOCKS cannot carry this host name");
    }
    bytes.append({0, 0, 0, 1});
  }
  bytes += user;
  bytes += '\0';
  if (!error) return bytes;
  bytes += target.host;
  bytes += '\0';
  return bytes;
}

Decoded<SocksAnswer> decode_socks4_answer(std::string_view bytes) {
  using Result = Decoded<SocksAnswer>;
  if (!bytes.empty() && bytes[0] != 0) return Result::bad();
  if (bytes.size() < 8) return Result::needs(8);
  const unsigned code = octet(bytes, 1);
  if (code < 90 || code > 93) return Result::bad();
  const SocksReply reply = code == 90   ? SocksReply::succeeded
                           : code == 91 ? SocksReply::general_failure
                                        : SocksReply::not_allowed;
  return Result::of({reply, {text_of<asio::ip::address_v4>(bytes.substr(4, 4)), port_at(bytes, 2)}},
                    8);
}

std::string encode_socks4_answer(SocksReply reply, const SocketAddress& bound) {
  const char code = reply == SocksReply::succeeded ? 90 : 91;
  std::string bytes{0, code};
  append_port(bytes, bound.port());
  const auto ip = bound.ip();
  const auto raw = (ip && ip->is_v4() ? ip->to_v4() : asio::ip::address_v4()).to_bytes();
  bytes.append(reinterpret_cast<const char*>(raw.data()), raw.size());
  return bytes;
}

}  // namespace gnet::proxy
