#include "gnet/proxy/proxy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <charconv>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/io/byte_stream.h"
#include "gnet/proxy/crc32c.h"
#include "gnet/proxy/message_reader.h"

namespace gnet::proxy {
namespace {

using namespace std::string_view_literals;
using Result = Decoded<ProxyHeader>;

constexpr std::string_view kV1 = "PROXY ";
constexpr std::string_view kV2 = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kFixed = 16;  // of version 2: signature, command, family, length
constexpr std::size_t kUnixPath = 108;
constexpr unsigned char kCRC32c = 0x03;

bool begins_as(std::string_view bytes, std::string_view signature) {
  const std::size_t common = std::min(bytes.size(), signature.size());
  return bytes.substr(0, common) == signature.substr(0, common);
}

// Whom no connection comes from: nobody, everybody, a group.
bool can_be_client(const asio::ip::address& address) {
  if (address.is_unspecified() || address.is_multicast()) return false;
  return !address.is_v4() || address.to_v4() != asio::ip::address_v4::broadcast();
}

// ---- version 1 ----

std::optional<asio::ip::address> address_of(std::string_view text, bool v6) {
  // A scope, "%eth0", means nothing on another machine.
  if (text.empty() || text.size() > 45 || text.find('%') != text.npos) return std::nullopt;
  asio::error_code error;
  const auto address = asio::ip::make_address(std::string(text), error);
  if (error || address.is_v6() != v6) return std::nullopt;
  return address;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// The words between single blanks, of which there are `N`.
template <std::size_t N>
bool split(std::string_view text, std::array<std::string_view, N>& words) {
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t blank = text.find(' ');
    if ((blank == text.npos) != (i + 1 == N)) return false;
    words[i] = text.substr(0, blank);
    text.remove_prefix(std::min(text.size(), words[i].size() + 1));
  }
  return true;
}

Result decode_line(std::string_view line, std::size_t size) {
  ProxyHeader header{.version = 1, .local = true, .source = {}, .destination = {}};
  if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return Result::of(header, size);
  std::array<std::string_view, 5> words;
  if (!split(line, words) || (words[0] != "TCP4" && words[0] != "TCP6")) return Result::bad();
  const bool v6 = words[0] == "TCP6";
  const auto source = address_of(words[1], v6);
  const auto destination = address_of(words[2], v6);
  const auto source_port = port_of(words[3]);
  const auto destination_port = port_of(words[4]);
  if (!source || !destination || !source_port || !destination_port || !can_be_client(*source)) {
    return Result::bad();
  }
  header.local = false;
  header.source = SocketAddress(*source, *source_port);
  header.destination = SocketAddress(*destination, *destination_port);
  return Result::of(std::move(header), size);
}

// How many bytes there are at the least: each word that is missing has one, and a blank before it.
std::size_t least_size(std::string_view bytes) {
  if (bytes.size() < kV1.size()) return kV1.size() + "UNKNOWN\r\n"sv.size();
  if (bytes.back() == '\r') return bytes.size() + 1;
  const std::string_view rest = bytes.substr(kV1.size());
  constexpr std::string_view kUnknown = "UNKNOWN";
  if (begins_as(rest, kUnknown)) {
    return std::max(bytes.size(), kV1.size() + kUnknown.size()) + 2;
  }
  const auto blanks = static_cast<std::size_t>(std::ranges::count(rest, ' '));
  const std::size_t missing = blanks < 4 ? 4 - blanks : 0;
  const std::size_t begun = bytes.back() == ' ' ? 1 : 0;
  return bytes.size() + begun + missing * 2 + 2;
}

Result decode_v1(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  if (end == bytes.npos) {
    const std::size_t carriage = bytes.find('\r');
    const bool torn = carriage != bytes.npos && carriage + 1 != bytes.size();
    if (torn || bytes.size() >= kLongestProxyLine) return Result::bad();
    return Result::needs(std::min(least_size(bytes), kLongestProxyLine));
  }
  if (end + 1 > kLongestProxyLine || end == 0 || bytes[end - 1] != '\r') return Result::bad();
  const std::string_view line = bytes.substr(0, end - 1);
  const bool printable = std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable) return Result::bad();
  return decode_line(line.substr(kV1.size()), end + 1);
}

// ---- version 2 ----

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint16_t u16_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(u16_at(bytes, at)) << 16 | u16_at(bytes, at + 2);
}

template <typename Address>
SocketAddress binary_address(std::string_view bytes, std::size_t at, std::uint16_t port) {
  typename Address::bytes_type raw;
  std::memcpy(raw.data(), bytes.data() + at, raw.size());
  return {asio::ip::address(Address(raw)), port};
}

// Nothing for what no socket can be called. Padded with NULs; empty is a client without a name.
std::optional<SocketAddress> unix_address(std::string_view field) {
  const std::size_t end = field.find_last_not_of('\0');
  std::string name(field.substr(0, end == field.npos ? 0 : end + 1));
  if (!name.empty() && name[0] == '\0') name[0] = '@';
  if (name.find('\0') != name.npos) return std::nullopt;
  if (name.empty()) {
    RawAddress nameless;
    nameless.storage.ss_family = AF_UNIX;
    nameless.size = sizeof(sa_family_t);
    return SocketAddress(nameless);
  }
  try {
    return SocketAddress::unix_path(name);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

// Whether what follows the addresses is made of whole TLVs, and the checksum right if there is one.
bool sound(std::string_view header, std::size_t at) {
  bool checked = false;
  while (at < header.size()) {
    if (header.size() - at < 3) return false;
    const unsigned type = byte_at(header, at);
    const std::size_t length = u16_at(header, at + 1);
    at += 3;
    if (header.size() - at < length) return false;
    if (type == kCRC32c) {
      if (length != 4 || std::exchange(checked, true)) return false;
      std::uint32_t sum = detail::crc32c(header.substr(0, at));
      sum = detail::crc32c("\0\0\0\0"sv, sum);
      sum = detail::crc32c(header.substr(at + 4), sum);
      if (sum != u32_at(header, at)) return false;
    }
    at += length;
  }
  return true;
}

// The addresses of a whole header; how long they are. Nothing for a family that no stream has.
std::optional<std::size_t> read_addresses(std::string_view bytes, ProxyHeader& header) {
  const auto fits = [&](std::size_t size) { return bytes.size() >= kFixed + size; };
  switch (byte_at(bytes, 13)) {
    case 0x00:  // unspecified
      header.local = true;
      return 0;
    case 0x11:
      if (!fits(12)) return std::nullopt;
      header.source = binary_address<asio::ip::address_v4>(bytes, 16, u16_at(bytes, 24));
      header.destination = binary_address<asio::ip::address_v4>(bytes, 20, u16_at(bytes, 26));
      return 12;
    case 0x21:
      if (!fits(36)) return std::nullopt;
      header.source = binary_address<asio::ip::address_v6>(bytes, 16, u16_at(bytes, 48));
      header.destination = binary_address<asio::ip::address_v6>(bytes, 32, u16_at(bytes, 50));
      return 36;
    case 0x31: {
      if (!fits(2 * kUnixPath)) return std::nullopt;
      const auto source = unix_address(bytes.substr(kFixed, kUnixPath));
      const auto destination = unix_address(bytes.substr(kFixed + kUnixPath, kUnixPath));
      if (!source || !destination) return std::nullopt;
      header.source = *source;
      header.destination = *destination;
      return 2 * kUnixPath;
    }
    default:
      return std::nullopt;
  }
}

Result decode_v2(std::string_view bytes) {
  if (bytes.size() > 12 && byte_at(bytes, 12) != 0x20 && byte_at(bytes, 12) != 0x21) {
    return Result::bad();
  }
  if (bytes.size() < kFixed) return Result::needs(kFixed);
  const std::size_t size = kFixed + u16_at(bytes, 14);
  if (size > kLongestProxyHeader) return Result::bad();
  if (bytes.size() < size) return Result::needs(size);
  ProxyHeader header{.version = 2, .local = false, .source = {}, .destination = {}};
  const std::string_view whole = bytes.substr(0, size);
  if (byte_at(bytes, 12) == 0x20) {  // LOCAL: whatever else there is means nothing
    header.local = true;
    return Result::of(std::move(header), size);
  }
  const auto length = read_addresses(whole, header);
  if (!length || !sound(whole, kFixed + *length)) return Result::bad();
  if (const auto ip = header.source.ip(); ip && !can_be_client(*ip)) return Result::bad();
  return Result::of(std::move(header), size);
}

// ---- writing ----

// The two as one family has them; IPv4 in IPv6 is IPv4, unless the other one is none.
struct Pair {
  asio::ip::address source;
  asio::ip::address destination;
};
std::optional<Pair> pair_of(const SocketAddress& source, const SocketAddress& destination) {
  const auto first = source.ip();
  const auto second = destination.ip();
  if (!first || !second || first->is_v4() != second->is_v4()) return std::nullopt;
  return Pair{*first, *second};
}

void append_u16(std::string& bytes, std::size_t value) {
  bytes += static_cast<char>(value >> 8 & 0xff);
  bytes += static_cast<char>(value & 0xff);
}

void append_address(std::string& bytes, const asio::ip::address& address) {
  const auto append = [&bytes](const auto& raw) {
    bytes.append(reinterpret_cast<const char*>(raw.data()), raw.size());
  };
  if (address.is_v4()) {
    append(address.to_v4().to_bytes());
  } else {
    append(address.to_v6().to_bytes());
  }
}

void append_path(std::string& bytes, const SocketAddress& address) {
  std::string path = address.path();
  if (path.starts_with('@')) path[0] = '\0';
  path.resize(kUnixPath);
  bytes += path;
}

std::string encode_v1(const std::optional<Pair>& pair, std::uint16_t from, std::uint16_t to) {
  if (!pair) return "PROXY UNKNOWN\r\n";
  const auto text = [](const asio::ip::address& address) {
    std::string shown = address.to_string();
    return shown.substr(0, shown.find('%'));
  };
  return fmt::format("PROXY TCP{} {} {} {} {}\r\n", pair->source.is_v4() ? 4 : 6,
                     text(pair->source), text(pair->destination), from, to);
}

}  // namespace

Decoded<ProxyHeader> decode_proxy_header(std::string_view bytes, ProxyVersions versions) {
  const bool v1 = versions != ProxyVersions::v2 && begins_as(bytes, kV1);
  const bool v2 = versions != ProxyVersions::v1 && begins_as(bytes, kV2);
  if (!v1 && !v2) return Result::bad();
  if (bytes.empty()) return Result::needs(versions == ProxyVersions::v2 ? kFixed : 15);
  return v1 ? decode_v1(bytes) : decode_v2(bytes);
}

std::string encode_proxy_header(int version, const SocketAddress& source,
                                const SocketAddress& destination) {
  const auto pair = pair_of(source, destination);
  if (version == 1) return encode_v1(pair, source.port(), destination.port());
  if (version != 2) throw std::invalid_argument("the PROXY protocol has versions 1 and 2");
  const bool is_unix = source.is_unix() && destination.is_unix();
  std::string bytes(kV2);
  bytes += pair || is_unix ? '\x21' : '\x20';
  if (pair) {
    const bool v4 = pair->source.is_v4();
    bytes += v4 ? '\x11' : '\x21';
    append_u16(bytes, v4 ? 12 : 36);
    append_address(bytes, pair->source);
    append_address(bytes, pair->destination);
    append_u16(bytes, source.port());
    append_u16(bytes, destination.port());
  } else if (is_unix) {
    bytes += '\x31';
    append_u16(bytes, 2 * kUnixPath);
    append_path(bytes, source);
    append_path(bytes, destination);
  } else {
    bytes += '\0';
    append_u16(bytes, 0);
  }
  return bytes;
}

ProxyHeader read_proxy_header(ByteStream& stream, ProxyVersions versions, Deadline deadline) {
  const auto decode = [versions](std::string_view bytes) {
    return decode_proxy_header(bytes, versions);
  };
  return detail::read_message(stream, decode, "the PROXY header", deadline);
}

}  // namespace gnet::proxy
