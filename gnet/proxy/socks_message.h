// The messages of SOCKS 5 (RFC 1928, with RFC 1929 for users), 4 and 4a, of both sides.
//
// Functions between bytes and values; nothing here waits or connects. What each decode function is
// given is everything from the first byte of its message on, see decoded.h.
//
//   const auto greeting = decode_greeting(bytes);
//   if (greeting.complete() && greeting.message.open) reply = encode_method(SocksMethod::open);
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gnet/io/address.h"
#include "gnet/proxy/decoded.h"

namespace gnet::proxy {

// Whom a message is about: a name, or an address as text, without brackets.
struct SocksTarget {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const SocksTarget&, const SocksTarget&) = default;
};

struct SocksUser {
  std::string name;
  std::string password;

  [[nodiscard]] bool empty() const noexcept { return name.empty() && password.empty(); }
  friend bool operator==(const SocksUser&, const SocksUser&) = default;
};

enum class SocksCommand : std::uint8_t { connect = 1, bind = 2, udp_associate = 3 };

// The first byte says who speaks.
inline constexpr char kSocks5 = 5;
inline constexpr char kSocks4 = 4;

// ---- RFC 1928, section 3: the greeting and its answer ----

enum class SocksMethod : std::uint8_t { open = 0, password = 2, none = 0xff };

struct SocksGreeting {
  bool open = false;      // the client offers to go without a user,
  bool password = false;  // or to name one
};
[[nodiscard]] Decoded<SocksGreeting> decode_greeting(std::string_view bytes);
[[nodiscard]] std::string encode_greeting(const SocksGreeting& greeting);

[[nodiscard]] Decoded<SocksMethod> decode_method(std::string_view bytes);
[[nodiscard]] std::string encode_method(SocksMethod method);

// ---- RFC 1929: user and password ----

// Throws ProxyError (impossible) for a name of none or more than 255 bytes, and such a password.
[[nodiscard]] std::string encode_login(const SocksUser& user);
[[nodiscard]] Decoded<SocksUser> decode_login(std::string_view bytes);

[[nodiscard]] Decoded<bool> decode_login_answer(std::string_view bytes);
[[nodiscard]] std::string encode_login_answer(bool welcome);

// ---- RFC 1928, sections 4 to 6: request and reply ----

enum class SocksReply : std::uint8_t {
  succeeded,
  general_failure,
  not_allowed,
  network_unreachable,
  host_unreachable,
  connection_refused,
  ttl_expired,
  command_not_supported,
  address_type_not_supported,
};
// "host unreachable".
[[nodiscard]] std::string_view to_string(SocksReply reply) noexcept;

struct SocksRequest {
  SocksCommand command{};  // perhaps none of those that there are
  SocksTarget target;
  std::string user;  // SOCKS 4 alone
  // Of a malformed one of SOCKS 5: what to answer.
  SocksReply refusal = SocksReply::general_failure;
};
[[nodiscard]] Decoded<SocksRequest> decode_request(std::string_view bytes);
// Throws ProxyError (impossible) for a host of none or more than 255 bytes.
[[nodiscard]] std::string encode_request(SocksCommand command, const SocksTarget& target);

struct SocksAnswer {
  SocksReply reply = SocksReply::general_failure;
  SocksTarget bound;  // where the server's own socket is
};
[[nodiscard]] Decoded<SocksAnswer> decode_answer(std::string_view bytes);
// 0.0.0.0:0 where there is no IP address.
[[nodiscard]] std::string encode_answer(SocksReply reply, const SocketAddress& bound = {});

// ---- RFC 1928, section 7: datagrams ----

struct SocksDatagram {
  SocksTarget target;
  std::string_view payload;  // part of what was decoded
};
// Nothing for what is none, and for fragments, which are dropped.
[[nodiscard]] std::optional<SocksDatagram> decode_datagram(std::string_view datagram);
// What stands before the payload.
[[nodiscard]] std::string encode_datagram_header(const SocketAddress& from);
[[nodiscard]] std::string encode_datagram_header(const SocksTarget& to);

// ---- SOCKS 4 and 4a ----

// The target is a name where that is 4a's.
[[nodiscard]] Decoded<SocksRequest> decode_socks4_request(std::string_view bytes);
// An IPv4 address is sent as it is, and a name as 4a has it. Throws ProxyError (impossible) for
// IPv6, and for names and users that are too long or have a NUL.
[[nodiscard]] std::string encode_socks4_request(SocksCommand command, const SocksTarget& target,
                                                std::string_view user);

// Not granted is general_failure; not_allowed: the user is not who it says (identd).
[[nodiscard]] Decoded<SocksAnswer> decode_socks4_answer(std::string_view bytes);
[[nodiscard]] std::string encode_socks4_answer(SocksReply reply, const SocketAddress& bound = {});

}  // namespace gnet::proxy
