#include "commands/proxy_session.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <memory>
#include <system_error>
#include <utility>

#include "cli/out/failure.h"
#include "cli/server/paced_stream.h"
#include "commands/proxy_datagrams.h"
#include "gnet/base/error.h"
#include "gnet/http/auth.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/io/listener.h"
#include "gnet/io/pump.h"
#include "gnet/io/resolver.h"
#include "gnet/io/stream.h"
#include "gnet/io/stream_after.h"
#include "gnet/proxy/proxy_error.h"

namespace commands {
namespace {

using namespace gnet::proxy;

constexpr std::size_t kAtOnce = 1024;  // of a handshake

// What the client says is no SOCKS.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

SocksReply reply_to(const std::error_code& code) {
  if (code == std::errc::connection_refused) return SocksReply::connection_refused;
  if (code == std::errc::network_unreachable) return SocksReply::network_unreachable;
  if (code == std::errc::host_unreachable || code == std::errc::timed_out) {
    return SocksReply::host_unreachable;
  }
  return SocksReply::general_failure;
}

// Why a connection could not be made.
SocksReply reply_to_current() {
  try {
    throw;
  } catch (const ProxyForbids&) {
    return SocksReply::not_allowed;
  } catch (const gnet::ResolveError&) {
    return SocksReply::host_unreachable;
  } catch (const std::system_error& error) {
    return reply_to(error.code());
  } catch (const std::exception&) {
    return SocksReply::general_failure;
  }
}

gnet::SocketAddress own_address(gnet::Socket* socket) {
  gnet::RawAddress address;
  if (socket == nullptr ||
      ::getsockname(socket->native_handle(), address.data(), &address.size) != 0) {
    return {};
  }
  return gnet::SocketAddress(address);
}

// Who else calls is not who is waited for.
gnet::Accepted await_call(gnet::Listener& listener,
                          const std::vector<gnet::SocketAddress>& expected,
                          gnet::Deadline deadline) {
  while (listener.socket().wait_readable(deadline)) {
    auto accepted = listener.try_accept();
    if (!accepted) continue;
    const auto is_it = [&](const gnet::SocketAddress& one) {
      return one.ip() == accepted->peer.ip();
    };
    if (std::any_of(expected.begin(), expected.end(), is_it)) return *std::move(accepted);
  }
  gnet::throw_error(std::make_error_code(std::errc::timed_out), "wait for the callback");
}

}  // namespace

// ---- ProxyService ----

ProxyService::ProxyService(const ProxyOptions& given)
    : options(given), users(given), dialler(given) {
  for (std::string_view rest = given.protocols; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    if (word == "socks5") {
      socks5 = true;
    } else if (word == "socks4") {
      socks4 = true;
    } else if (word == "http") {
      http = true;
    } else {
      throw cli::UsageError(
          fmt::format("bad value '{}' for --protocols: must be of socks5, socks4, "
                      "http, with commas between",
                      given.protocols));
    }
  }
  server.head_timeout = given.handshake_timeout;
  server.idle_timeout = given.listen.idle_timeout;
  server.body_timeout = server.write_timeout = given.listen.idle_timeout;
  client.head_timeout = client.body_timeout = client.write_timeout = given.listen.idle_timeout;
}

std::function<void()> ProxyService::reload() {
  auto lists = dialler.read_lists();
  users.reload();
  return [this, lists = std::move(lists)] { dialler.put_in_place(lists); };
}

// ---- a client ----

ProxySession::ProxySession(cli::SessionRules& rules, ProxyService& service)
    : HTTPConnection(handler_, service.server),
      rules_(rules),
      service_(service),
      pacer_(rules.pacer()),
      handler_([this](gnet::http::Request& request, gnet::http::Response& response) {
        handle(request, response);
      }) {}

bool ProxySession::is_local() const {
  const auto address = peer_address().ip();
  return !address || address->is_loopback();
}

void ProxySession::converse(gnet::AnyStream& stream, const gnet::Endpoint& peer) {
  if (!pacer_.limited()) return speak(stream, peer);
  gnet::AnyStream paced(std::make_unique<cli::PacedStream>(stream, pacer_));
  speak(paced, peer);
}

void ProxySession::speak(gnet::AnyStream& stream, const gnet::Endpoint& peer) {
  handshake_ = gnet::Deadline::within(service_.options.handshake_timeout);
  try {
    bytes_.resize(kAtOnce);
    bytes_.resize(stream.receive(bytes_.data(), kAtOnce, handshake_));
    if (bytes_.empty()) return;
    const char first = bytes_[0];
    if (first == kSocks5 && service_.socks5) return socks5(stream);
    if (first == kSocks4 && service_.socks4) return socks4(stream);
    if (first < 'A' || first > 'Z' || !service_.http) {
      throw Malformed("a protocol that is not spoken here");
    }
  } catch (const Malformed& error) {
    return log().info("{}", error.what());
  } catch (const gnet::TimedOut&) {
    return log().info("too slow to say what it wants");
  } catch (const gnet::ConnectionLost& error) {
    return log().debug("{}", error.what());
  }
  gnet::AnyStream whole(gnet::StreamAfter(std::move(stream), std::exchange(bytes_, {})));
  HTTPConnection::converse(whole, peer);
}

void ProxySession::relay(gnet::ByteStream& client, gnet::ByteStream& there) {
  // What the kernel carries around the stream is not counted by it.
  const std::uint64_t received = received_;
  const std::uint64_t sent = sent_;
  const gnet::PumpResult result =
      gnet::pump(client, there, {.idle_timeout = rules_.settings->idle_timeout});
  received_ = received + result.forward.bytes;
  sent_ = sent + result.backward.bytes;
  service_.users.count(user_, result.forward.bytes, result.backward.bytes);
  gnet::abort_cut_short(client, there, result);
}

// ---- SOCKS ----

template <typename Decode>
auto ProxySession::next(gnet::ByteStream& stream, Decode decode) {
  for (;;) {
    auto decoded = decode(bytes_);
    if (decoded.malformed()) {
      if constexpr (std::is_same_v<decltype(decoded.message), SocksRequest>) {
        if (bytes_[0] == kSocks5) {
          stream.send_all(encode_answer(decoded.message.refusal), handshake_);
        }
      }
      throw Malformed("a message of SOCKS that is malformed");
    }
    if (decoded.complete()) {
      bytes_.erase(0, decoded.size);
      return std::move(decoded.message);
    }
    const std::size_t before = bytes_.size();
    bytes_.resize(before + kAtOnce);
    const std::size_t count = stream.receive(bytes_.data() + before, kAtOnce, handshake_);
    bytes_.resize(before + count);
    if (count == 0) throw gnet::ConnectionLost("the client has left in its handshake");
  }
}

void ProxySession::socks5(gnet::AnyStream& stream) {
  if (!log_in(stream)) return;
  obey(stream, next(stream, decode_request), false);
}

bool ProxySession::log_in(gnet::AnyStream& stream) {
  const SocksGreeting greeting = next(stream, decode_greeting);
  const bool open = service_.users.is_open();
  if (open && greeting.open) {
    stream.send_all(encode_method(SocksMethod::open), handshake_);
    return true;
  }
  if (!greeting.password) {
    log().info("offers no way to log in that is accepted");
    stream.send_all(encode_method(SocksMethod::none), handshake_);
    return false;
  }
  stream.send_all(encode_method(SocksMethod::password), handshake_);
  SocksUser user = next(stream, decode_login);
  const bool welcome = service_.users.verify(user.name, user.password);
  stream.send_all(encode_login_answer(welcome), handshake_);
  if (welcome) {
    user_ = std::move(user.name);
  } else {
    log().warn("wrong user or password");
  }
  return welcome;
}

void ProxySession::socks4(gnet::AnyStream& stream) {
  const SocksRequest request = next(stream, decode_socks4_request);
  if (!service_.users.is_open()) {
    log().info("SOCKS 4 has no passwords, and one is wanted");
    return answer(stream, SocksReply::not_allowed, true);
  }
  obey(stream, request, true);
}

void ProxySession::answer(gnet::AnyStream& stream, SocksReply reply, bool version_4,
                          const gnet::SocketAddress& bound) {
  stream.send_all(version_4 ? encode_socks4_answer(reply, bound) : encode_answer(reply, bound),
                  handshake_);
}

// However long it has taken to know: the client gets its time for the answer.
void ProxySession::tell(gnet::AnyStream& stream, SocksReply reply, bool version_4,
                        const gnet::SocketAddress& bound) {
  handshake_ = gnet::Deadline::within(service_.options.handshake_timeout);
  answer(stream, reply, version_4, bound);
}

void ProxySession::obey(gnet::AnyStream& stream, const SocksRequest& request, bool version_4) {
  switch (request.command) {
    case SocksCommand::connect:
      return connect(stream, request.target, version_4);
    case SocksCommand::bind:
      if (service_.options.bind_cmd) return bind(stream, request.target, version_4);
      break;
    case SocksCommand::udp_associate:
      if (service_.options.udp && service_.dialler.goes_directly() && !version_4) {
        return associate(stream);
      }
      break;
  }
  answer(stream, SocksReply::command_not_supported, version_4);
}

void ProxySession::connect(gnet::AnyStream& stream, const Target& target, bool version_4) {
  gnet::AnyStream there;
  SocksReply reply = SocksReply::succeeded;
  try {
    there = service_.dialler.dial(target, is_local());
  } catch (const std::exception& error) {
    reply = reply_to_current();
    log().info("{}:{}: {}", target.host, target.port, gnet::describe(error));
  }
  if (reply != SocksReply::succeeded) return tell(stream, reply, version_4);
  log().debug("to {}:{}", target.host, target.port);
  tell(stream, reply, version_4, own_address(there.lowest_socket()));
  if (!bytes_.empty()) there.send_all(std::exchange(bytes_, {}), handshake_);
  relay(stream, there);
}

// RFC 1928: a server of the client's own calls back, as in active FTP.
void ProxySession::bind(gnet::AnyStream& stream, const Target& target, bool version_4) {
  const auto own = own_address(lowest_socket()).ip();
  const gnet::Deadline limit = gnet::Deadline::within(service_.options.connect_timeout);
  gnet::AnyStream there;
  try {
    if (service_.dialler.has_upstream(target.host)) throw ProxyForbids("not through a proxy");
    const auto expected = service_.dialler.callers(target, is_local(), limit);
    gnet::Listener listener(gnet::Endpoint::of(gnet::Transport::tcp,
                                               own.value_or(asio::ip::address_v4::loopback()), 0));
    tell(stream, SocksReply::succeeded, version_4, own_address(&listener.socket()));
    gnet::Accepted caller = await_call(listener, expected, limit);
    if (!service_.dialler.may_call(target, caller.peer, is_local())) {
      throw ProxyForbids(fmt::format("{} may not call back", caller.peer.short_name()));
    }
    tell(stream, SocksReply::succeeded, version_4, caller.peer);
    there = gnet::Stream(std::move(caller.fd));
  } catch (const std::exception& error) {
    log().info("{}:{}: {}", target.host, target.port, gnet::describe(error));
    return tell(stream, reply_to_current(), version_4);
  }
  if (!bytes_.empty()) there.send_all(std::exchange(bytes_, {}), handshake_);
  relay(stream, there);
}

void ProxySession::associate(gnet::AnyStream& stream) {
  const auto here = own_address(lowest_socket()).ip();
  const auto client = peer_address().ip();
  if (!here || !client) return answer(stream, SocksReply::general_failure, false);
  std::optional<ProxyDatagrams> datagrams;
  try {
    datagrams.emplace(*here, *client, service_.dialler, is_local());
  } catch (const std::system_error& error) {
    log().warn("no datagrams: {}", gnet::describe(error));
    return answer(stream, SocksReply::general_failure, false);
  }
  answer(stream, SocksReply::succeeded, false, datagrams->address());
  const auto [received, sent] = datagrams->run(stream, rules_.settings->idle_timeout);
  received_ += received;
  sent_ += sent;
  service_.users.count(user_, received, sent);
}

// ---- HTTP ----

void ProxySession::require_user(gnet::http::Request& request) {
  if (service_.users.is_open()) return;
  const auto field = request.header(gnet::http::FieldName::proxy_authorization);
  const auto basic = field ? gnet::http::parse_basic(*field) : std::nullopt;
  if (basic && basic->user == user_ && !user_.empty() &&
      service_.users.verify(basic->user, basic->password)) {
    return;
  }
  if (basic && service_.users.verify(basic->user, basic->password)) {
    user_ = basic->user;
    return;
  }
  if (basic) log().warn("wrong user or password");
  throw gnet::http::HTTPError(407, "say who you are")
      .set("Proxy-Authenticate", gnet::http::basic_challenge("gnet proxy"));
}

gnet::AnyStream ProxySession::dial_for_http(const Target& target) {
  using gnet::http::HTTPError;
  try {
    gnet::AnyStream there = service_.dialler.dial(target, is_local());
    log().debug("to {}:{}", target.host, target.port);
    return there;
  } catch (const ProxyForbids& error) {
    log().info("{}", error.what());
    throw HTTPError(403, "the proxy does not connect there");
  } catch (const gnet::BadEndpoint& error) {
    throw HTTPError(400, "this is no host");
  } catch (const std::system_error& error) {
    log().info("{}:{}: {}", target.host, target.port, gnet::describe(error));
    throw HTTPError(error.code() == std::errc::timed_out ? 504 : 502, gnet::describe(error.code()));
  } catch (const std::runtime_error& error) {
    log().info("{}:{}: {}", target.host, target.port, gnet::describe(error));
    throw HTTPError(502, gnet::describe(error));
  }
}

void ProxySession::handle(gnet::http::Request& request, gnet::http::Response& response) {
  require_user(request);
  if (request.head().target_form() == gnet::http::TargetForm::authority) {
    if (request.has_body()) throw gnet::http::HTTPError(400, "CONNECT has no body");
    const auto to = gnet::http::Authority::parse(request.target());
    gnet::AnyStream there = dial_for_http({to.host, to.port});
    gnet::ByteStream& client = response.tunnel();
    return relay(client, there);
  }
  if (!forwarder_) {
    forwarder_ = std::make_unique<gnet::http::Forwarder>(
        [this](const std::string& host, std::uint16_t port) {
          return dial_for_http({host, port});
        },
        service_.client);
  }
  forwarder_->forward(request, response);
}

}  // namespace commands
