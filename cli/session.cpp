#include "cli/session.h"

#include <fmt/format.h>

#include "cli/json.h"
#include "cli/output.h"
#include "gnet/base/size.h"
#include "gnet/fiber/timeout.h"

namespace cli {
namespace {

std::optional<asio::ip::address> address_of(const sockaddr* peer, socklen_t size) {
  if (peer->sa_family == AF_UNIX) return std::nullopt;
  return gnet::Endpoint::of(gnet::Transport::tcp, peer, size).address();
}

std::uint64_t limit_of(const ServerOptions& options) {
  return options.once ? 1 : options.max_accepts.number;
}

}  // namespace

SessionRules::SessionRules(const GlobalOptions& global, const ServerOptions& options)
    : options_(options),
      json_(global.json),
      limit_(limit_of(options)),
      last_busy_(gnet::Clock::now()),
      total_(options.rate_limit_total.bytes_per_second, last_busy_) {
  if (options.access_log != "off") {
    access_log_ = std::make_unique<AccessLog>(options.access_log, options.access_format);
  }
  room_.set();
}

bool SessionRules::full() const noexcept {
  const std::uint64_t most = options_.max_connections.number;
  return most > 0 && active_ >= most;
}

bool SessionRules::admit(const sockaddr_in6& peer) {
  if (exhausted()) return false;
  const std::uint64_t per_address = options_.max_per_ip.number;
  std::optional<asio::ip::address> address;
  if (!options_.access.empty() || per_address > 0) {
    address = address_of(reinterpret_cast<const sockaddr*>(&peer), sizeof peer);
  }
  if (address && !admits(options_.access, *address)) return false;
  while (full()) {
    room_.clear();
    room_.wait();
  }
  if (address && per_address > 0) {
    std::uint64_t& count = per_address_[*address];
    if (count >= per_address) return false;
    ++count;
  }
  // Counted here and not when it begins: others may be accepted before that.
  ++active_;
  if (limit_ > 0 && ++admitted_ == limit_) changed.set();
  return true;
}

bool SessionRules::admit_datagram(const gnet::SocketAddress& peer) {
  if (exhausted()) return false;
  if (!options_.access.empty()) {
    const auto address = address_of(peer.data(), peer.size);
    if (address && !admits(options_.access, *address)) return false;
  }
  busy();
  if (limit_ > 0 && ++admitted_ == limit_) changed.set();
  return true;
}

void SessionRules::began(gnet::Protocol& session) {
  busy();
  // A logger of its own costs a connection memory: only when it has something to say.
  if (gnet::log_level() <= gnet::LogLevel::debug) {
    session.log().debug("connected to {}", session.local().to_string());
  }
  if (!json_) return;
  print_line(event("accept")
                 .add("id", session.session_id())
                 .add("peer", session.peer().to_string())
                 .text());
}

void SessionRules::ended(gnet::Protocol& session, const gnet::CloseReason& reason) {
  --active_;
  busy();
  if (options_.max_per_ip.number > 0) {
    if (const auto address = session.peer().address()) {
      const auto known = per_address_.find(*address);
      if (known != per_address_.end() && --known->second == 0) per_address_.erase(known);
    }
  }
  if (!full()) room_.set();
  if (exhausted()) changed.set();
  const auto age = gnet::Clock::now() - session.connected_since();
  if (gnet::log_level() <= gnet::LogLevel::debug) {
    session.log().debug("closed: {}, {} in, {} out, after {}", reason.text(),
                        gnet::format_size(session.received_bytes()),
                        gnet::format_size(session.sent_bytes()), gnet::format_duration(age, 2));
  }
  if (!json_) return;
  print_line(event("close")
                 .add("id", session.session_id())
                 .add("peer", session.peer().to_string())
                 .add("rx_bytes", session.received_bytes())
                 .add("tx_bytes", session.sent_bytes())
                 .add("ms", std::chrono::duration_cast<std::chrono::milliseconds>(age).count())
                 .add("reason", reason.text())
                 .text());
}

void SessionRules::busy() noexcept {
  last_busy_ = gnet::Clock::now();
}

void SessionRules::pace_total(std::size_t bytes) {
  if (options_.rate_limit_total.bytes_per_second == 0) return;
  const gnet::Duration wait = total_.take(bytes, gnet::Clock::now());
  if (wait > gnet::Duration::zero()) gnet::sleep(wait);
}

Session::Session(SessionRules& rules)
    : rules_(rules),
      limited_(rules.options().rate_limit.bytes_per_second > 0 ||
               rules.options().rate_limit_total.bytes_per_second > 0) {
  idle_timeout = rules.options().idle_timeout;
  if (const Rate rate = rules.options().rate_limit; rate.bytes_per_second > 0) {
    bucket_ = std::make_unique<TokenBucket>(rate.bytes_per_second, gnet::Clock::now());
  }
}

void Session::pre_connection_lost(const gnet::CloseReason& reason) {
  static_cast<void>(reason);
  if (rules_.access_log() == nullptr || !rules_.access_log()->format().wants_local()) return;
  local_ = std::make_unique<gnet::Endpoint>(local());
}

void Session::connection_lost(const gnet::CloseReason& reason) {
  rules_.ended(*this, reason);
  if (rules_.access_log() == nullptr) return;
  AccessEntry entry{.connection = session_id(),
                    .peer = peer(),
                    .received_bytes = received_bytes(),
                    .sent_bytes = sent_bytes(),
                    .lasted = gnet::Clock::now() - connected_since(),
                    .reason = reason};
  if (local_) entry.local = std::move(*local_);
  rules_.access_log()->write(entry);
}

void Session::wait_for_rate(std::size_t bytes) {
  if (bucket_) {
    const gnet::Duration wait = bucket_->take(bytes, gnet::Clock::now());
    if (wait > gnet::Duration::zero()) gnet::sleep(wait);
  }
  rules_.pace_total(bytes);
}

}  // namespace cli
