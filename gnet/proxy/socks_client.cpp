#include "gnet/proxy/socks_client.h"

#include <fmt/format.h>

#include <asio/ip/address.hpp>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/io/address.h"
#include "gnet/proxy/message_reader.h"
#include "gnet/proxy/proxy_error.h"

namespace gnet::proxy {
namespace {

constexpr const char* kAnswer = "the answer of the SOCKS proxy";

[[noreturn]] void refuse(SocksReply reply) {
  throw ProxyError(ProxyError::refused, fmt::format("the proxy refuses: {}", to_string(reply)));
}

bool is_address(const std::string& host) {
  asio::error_code error;
  static_cast<void>(asio::ip::make_address(host, error));
  return !error;
}

// The target with an address instead of a name.
SocksTarget resolved(const SocksTarget& target, bool only_v4, Deadline deadline) {
  if (is_address(target.host)) return target;
  const Endpoint endpoint = Endpoint::of(Transport::tcp, target.host, target.port);
  const auto addresses =
      addresses_of(only_v4 ? endpoint.with_family(Family::v4) : endpoint, deadline);
  return {addresses.front().ip()->to_string(), target.port};
}

void log_in(ByteStream& stream, const SocksUser& user, Deadline deadline) {
  stream.send_all(encode_login(user), deadline);
  if (detail::read_message(stream, decode_login_answer, kAnswer, deadline)) return;
  throw ProxyError(ProxyError::login, "the proxy refuses: wrong user or password");
}

SocksTarget connect_5(ByteStream& stream, const SocksTarget& target, const SocksUser& user,
                      Deadline deadline) {
  const std::string request = encode_request(SocksCommand::connect, target);
  stream.send_all(encode_greeting({.open = true, .password = !user.empty()}), deadline);
  const SocksMethod method = detail::read_message(stream, decode_method, kAnswer, deadline);
  if (method == SocksMethod::password && !user.empty()) {
    log_in(stream, user, deadline);
  } else if (method == SocksMethod::none || method == SocksMethod::password) {
    throw ProxyError(ProxyError::login, user.empty()
                                            ? "the proxy refuses: it wants a user and a password"
                                            : "the proxy refuses: no way to log in");
  } else if (method != SocksMethod::open) {
    throw ProxyError(ProxyError::malformed, std::string(kAnswer) + " is malformed");
  }
  stream.send_all(request, deadline);
  SocksAnswer answer = detail::read_message(stream, decode_answer, kAnswer, deadline);
  if (answer.reply != SocksReply::succeeded) refuse(answer.reply);
  return std::move(answer.bound);
}

SocksTarget connect_4(ByteStream& stream, const SocksTarget& target, const SocksUser& user,
                      Deadline deadline) {
  stream.send_all(encode_socks4_request(SocksCommand::connect, target, user.name), deadline);
  SocksAnswer answer = detail::read_message(stream, decode_socks4_answer, kAnswer, deadline);
  if (answer.reply == SocksReply::succeeded) return std::move(answer.bound);
  // SOCKS 4 does not say why.
  throw ProxyError(ProxyError::refused, "the proxy refuses the connection");
}

}  // namespace

std::optional<Socks> socks_of(std::string_view scheme) noexcept {
  if (scheme == "socks4") return Socks::v4;
  if (scheme == "socks4a") return Socks::v4a;
  if (scheme == "socks5") return Socks::v5;
  if (scheme == "socks5h") return Socks::v5h;
  return std::nullopt;
}

SocksTarget socks_connect(ByteStream& stream, Socks kind, const SocksTarget& target,
                          const SocksUser& user, Deadline deadline) {
  const bool version_4 = kind == Socks::v4 || kind == Socks::v4a;
  const bool resolves = kind == Socks::v4 || kind == Socks::v5;
  const SocksTarget to = resolves ? resolved(target, version_4, deadline) : target;
  return version_4 ? connect_4(stream, to, user, deadline) : connect_5(stream, to, user, deadline);
}

}  // namespace gnet::proxy
