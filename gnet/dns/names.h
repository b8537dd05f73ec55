// What DNS has numbers for, by the names that people write: types and classes of records, statuses
// of answers, extended errors. And names of domains that come from other things.
//
//   gnet::dns::type_of("mx");                 // 15
//   gnet::dns::type_name(65280);              // "TYPE65280"
//   gnet::dns::rcode_name(3);                 // "NXDOMAIN"
//   gnet::dns::reverse_name(asio::ip::make_address("192.0.2.1"));   // "1.2.0.192.in-addr.arpa."
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio::ip {
class address;  // <asio/ip/address.hpp> has it
}

namespace gnet::dns {

// Types that are spoken of here and there; all others are numbers, or names for type_of().
inline constexpr std::uint16_t kA = 1;
inline constexpr std::uint16_t kCNAME = 5;
inline constexpr std::uint16_t kAAAA = 28;
inline constexpr std::uint16_t kOPT = 41;
inline constexpr std::uint16_t kANY = 255;

inline constexpr std::uint16_t kIN = 1;  // the class of the internet

// Statuses of answers.
inline constexpr unsigned kNoError = 0;
inline constexpr unsigned kFormErr = 1;
inline constexpr unsigned kServFail = 2;
inline constexpr unsigned kNXDomain = 3;
inline constexpr unsigned kNotImp = 4;
inline constexpr unsigned kRefused = 5;
inline constexpr unsigned kBadVers = 16;
inline constexpr unsigned kBadCookie = 23;

// In capital letters or small; "TYPE65280" too. Nothing for what is none, and for types that a
// question cannot have (OPT).
[[nodiscard]] std::optional<std::uint16_t> type_of(std::string_view name);
[[nodiscard]] std::string type_name(std::uint16_t type);

// IN, CH, HS, ANY, or "CLASS7".
[[nodiscard]] std::optional<std::uint16_t> class_of(std::string_view name);
[[nodiscard]] std::string class_name(std::uint16_t number);

// "NOERROR", "SERVFAIL", "BADVERS", or "RCODE99".
[[nodiscard]] std::string rcode_name(unsigned code);

// Of RFC 8914: "blocked"; empty for one that has no name.
[[nodiscard]] std::string_view extended_error_name(unsigned code) noexcept;

// Where the name of an address is to be asked for.
[[nodiscard]] std::string reverse_name(const asio::ip::address& address);

}  // namespace gnet::dns
