#include "commands/proxy_datagrams.h"

#include <sys/socket.h>

#include <array>
#include <optional>
#include <set>
#include <string>
#include <system_error>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/datagram.h"
#include "gnet/io/endpoint.h"

namespace commands {
namespace {

using gnet::proxy::decode_datagram;
using gnet::proxy::encode_datagram_header;

constexpr std::size_t kLargest = 64 * 1024;
constexpr std::size_t kMostAsked = 1024;  // peers that are remembered
constexpr gnet::Duration kLookUp = std::chrono::seconds(5);

gnet::DatagramSocket socket_at(const asio::ip::address& address) {
  return gnet::DatagramSocket::bind(gnet::Endpoint::of(gnet::Transport::udp, address, 0));
}

}  // namespace

struct ProxyDatagrams::Work {
  Work(const asio::ip::address& here, const asio::ip::address& address, const ProxyDialler& way,
       bool is_local)
      : client_ip(address), dialler(way), local(is_local), inside(socket_at(here)) {}

  // From the client to those whom it asks.
  void carry_out() {
    const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kLargest);
    gnet::SocketAddress from;
    for (;;) {
      try {
        const auto count = inside.receive(buffer.data(), buffer.size(), from);
        if (!count || *count > buffer.size() || !is_client(from)) continue;
        const std::string_view data(buffer.data(), *count);
        if (const auto datagram = decode_datagram(data)) send(datagram->target, datagram->payload);
      } catch (const std::exception&) {
        // Nobody is there, or it is not allowed: a datagram that is lost, as others are.
        if (!inside.is_open()) return;
      }
    }
  }

  [[nodiscard]] bool is_client(const gnet::SocketAddress& from) {
    if (from.ip() != client_ip) return false;
    if (!client) client = from;
    return *client == from;
  }

  void send(const gnet::proxy::SocksTarget& target, std::string_view payload) {
    if (dialler.has_upstream(target.host)) return;
    const gnet::SocketAddress to = dialler.addresses(target, local, kLookUp).front();
    gnet::DatagramSocket& socket = outside(to);
    if (asked.size() >= kMostAsked) asked.clear();
    asked.insert(to);
    received += payload.size();
    last = gnet::Clock::now();
    socket.send(payload, to);
  }

  // One for each family, made when it is needed.
  gnet::DatagramSocket& outside(const gnet::SocketAddress& to) {
    const bool v6 = to.family() == AF_INET6;
    auto& socket = sockets[v6 ? 1 : 0];
    if (!socket) {
      socket.emplace(socket_at(v6 ? asio::ip::address(asio::ip::address_v6::any())
                                  : asio::ip::address(asio::ip::address_v4::any())));
      fibers[v6 ? 2 : 1] =
          gnet::spawn({.name = "socks-udp"}, [this, &socket] { carry_in(*socket); });
    }
    return *socket;
  }

  // From those who were asked to the client.
  void carry_in(gnet::DatagramSocket& socket) {
    const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kLargest);
    gnet::SocketAddress from;
    for (;;) {
      try {
        const auto count = socket.receive(buffer.data(), buffer.size(), from);
        if (!count || *count > buffer.size() || !client || !asked.contains(from)) continue;
        std::string message = encode_datagram_header(from);
        message.append(buffer.data(), *count);
        sent += *count;
        last = gnet::Clock::now();
        inside.send(message, *client);
      } catch (const std::exception&) {
        if (!socket.is_open()) return;
      }
    }
  }

  const asio::ip::address client_ip;
  const ProxyDialler& dialler;
  const bool local;
  std::optional<gnet::SocketAddress> client;  // once it has sent something
  std::set<gnet::SocketAddress> asked;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  gnet::TimePoint last = gnet::Clock::now();
  gnet::DatagramSocket inside;
  std::array<std::optional<gnet::DatagramSocket>, 2> sockets;
  std::array<gnet::Fiber<>, 3> fibers;
};

ProxyDatagrams::ProxyDatagrams(const asio::ip::address& here, const asio::ip::address& client,
                               const ProxyDialler& dialler, bool local)
    : work_(std::make_unique<Work>(here, client, dialler, local)) {}

ProxyDatagrams::~ProxyDatagrams() {
  const gnet::Uninterruptible wait_out;
  for (gnet::Fiber<>& fiber : work_->fibers) {
    if (fiber) fiber.kill();
  }
}

gnet::SocketAddress ProxyDatagrams::address() const {
  gnet::RawAddress address;
  ::getsockname(work_->inside.socket().native_handle(), address.data(), &address.size);
  return gnet::SocketAddress(address);
}

std::pair<std::uint64_t, std::uint64_t> ProxyDatagrams::run(gnet::ByteStream& control,
                                                            gnet::Duration idle) {
  Work& work = *work_;
  work.fibers[0] = gnet::spawn({.name = "socks-udp"}, [&work] { work.carry_out(); });
  std::array<char, 64> unwanted;
  for (;;) {
    const gnet::Deadline limit = idle > gnet::Duration::zero()
                                     ? gnet::Deadline::after(work.last, idle)
                                     : gnet::Deadline::never();
    try {
      if (control.receive(unwanted.data(), unwanted.size(), limit) == 0) break;
    } catch (const std::system_error&) {
      const bool went_on = idle > gnet::Duration::zero() && control.is_open() &&
                           gnet::Clock::now() - work.last < idle;
      if (!went_on) break;
    }
  }
  return {work.received, work.sent};
}

}  // namespace commands
