#include "cli/server/session.h"

#include <fmt/format.h>

#include "cli/out/json.h"
#include "cli/out/server_output.h"
#include "gnet/base/size.h"
#include "gnet/fiber/timeout.h"

namespace cli {
namespace {

std::uint64_t limit_of(const ServerOptions& options) {
  return options.once ? 1 : options.max_accepts.number;
}

}  // namespace

SessionRules::SessionRules(const GlobalOptions& global, const ServerOptions& options)
    : options_(options),
      json_(global.json),
      limit_(limit_of(options)),
      last_busy_(gnet::Clock::now()),
      total_(0, last_busy_) {
  change(std::make_unique<const SessionSettings>(options));
}

void SessionRules::change(std::unique_ptr<const SessionSettings> settings) {
  if (settings_.load() == nullptr ||
      settings->rate_limit_total != this->settings().rate_limit_total) {
    const std::lock_guard lock(total_mutex_);
    total_ = TokenBucket(settings->rate_limit_total, gnet::Clock::now());
  }
  settings_.store(settings.get(), std::memory_order_release);
  all_settings_.push_back(std::move(settings));
  if (!full()) room_.set();
}

bool SessionRules::full() const noexcept {
  const std::uint64_t most = settings().max_connections;
  return most > 0 && active_ >= most;
}

bool SessionRules::admit(const gnet::SocketAddress& peer, const gnet::Endpoint& local) {
  if (const auto reason = refusal(peer)) {
    tell_refusal(peer, local, *reason);
    return false;
  }
  // Counted even without a limit: one may come while the connection lives.
  if (const auto address = peer.ip()) ++per_address_[*address];
  // Counted here and not when it begins: others may be accepted before that.
  ++active_;
  busy();
  if (limit_ > 0 && ++admitted_ == limit_) changed.set();
  return true;
}

// Suspends while there is no room.
std::optional<Refusal> SessionRules::refusal(const gnet::SocketAddress& peer) {
  if (exhausted()) return Refusal::no_more;
  if (!admits(settings().access, peer)) return Refusal::denied;
  while (full()) {
    room_.clear();
    room_.wait();
  }
  if (exhausted()) return Refusal::no_more;
  const auto address = peer.ip();
  if (const std::uint64_t most = settings().max_per_ip; address && most > 0) {
    const auto known = per_address_.find(*address);
    if (known != per_address_.end() && known->second >= most) return Refusal::address_limit;
  }
  return std::nullopt;
}

void SessionRules::tell_refusal(const gnet::SocketAddress& peer, const gnet::Endpoint& local,
                                Refusal reason) const {
  const AccessLog* log = settings().access_log();
  const bool debugs = gnet::log_level() <= gnet::LogLevel::debug;
  if (log == nullptr && !debugs) return;
  const gnet::Endpoint from = peer.endpoint(gnet::Transport::tcp);
  if (debugs) gnet::Logger("gnet").debug("refused {}: {}", from.short_name(), to_string(reason));
  if (log != nullptr) log->write({.peer = from, .local = local, .refusal = reason});
}

bool SessionRules::admit_datagram(const gnet::SocketAddress& peer) {
  if (exhausted()) return false;
  if (!admits(settings().access, peer)) return false;
  busy();
  if (limit_ > 0 && ++admitted_ == limit_) changed.set();
  return true;
}

void SessionRules::left(const gnet::SocketAddress& peer) noexcept {
  --active_;
  busy();
  if (const auto address = peer.ip()) {
    const auto known = per_address_.find(*address);
    if (known != per_address_.end() && --known->second == 0) per_address_.erase(known);
  }
  if (!full()) room_.set();
  const bool now_idle = active_ == 0 && options_.idle_exit > gnet::Duration::zero();
  if (exhausted() || now_idle) changed.set();
}

void SessionRules::began(gnet::Protocol& session) {
  // A logger of its own costs a connection memory: only when it has something to say.
  if (gnet::log_level() <= gnet::LogLevel::debug) {
    session.log().debug("connected to {}", session.local().to_string());
  }
  if (!json_) return;
  post_event(
      event("accept").add("id", session.session_id()).add("peer", session.peer().to_string()));
}

void SessionRules::ended(gnet::Protocol& session, const gnet::CloseReason& reason) {
  const auto age = gnet::Clock::now() - session.connected_since();
  if (gnet::log_level() <= gnet::LogLevel::debug) {
    session.log().debug("closed: {}, {} in, {} out, after {}", reason.text(),
                        gnet::format_size(session.received_bytes()),
                        gnet::format_size(session.sent_bytes()), gnet::format_duration(age, 2));
  }
  if (!json_) return;
  post_event(event("close")
                 .add("id", session.session_id())
                 .add("peer", session.peer().to_string())
                 .add("rx_bytes", session.received_bytes())
                 .add("tx_bytes", session.sent_bytes())
                 .add("ms", std::chrono::duration_cast<std::chrono::milliseconds>(age).count())
                 .add("reason", reason.text()));
}

std::optional<gnet::TLSContext> SessionRules::tls_for(const gnet::Endpoint& endpoint) const {
  const auto own = own_tls.find(TLSFiles(endpoint));
  return own == own_tls.end() ? tls : own->second;
}

void SessionRules::busy() noexcept {
  last_busy_ = gnet::Clock::now();
}

void SessionRules::pace_total(std::size_t bytes) {
  if (settings().rate_limit_total == 0) return;
  gnet::Duration wait;
  {
    const std::lock_guard lock(total_mutex_);
    wait = total_.take(bytes, gnet::Clock::now());
  }
  if (wait > gnet::Duration::zero()) gnet::sleep(wait);
}

Session::Session(SessionRules& rules) : rules_(rules), limited_(rules.settings().limits_rate()) {
  idle_timeout = rules.settings().idle_timeout;
  if (const std::uint64_t rate = rules.settings().rate_limit; rate > 0) {
    bucket_ = std::make_unique<TokenBucket>(rate, gnet::Clock::now());
  }
}

void Session::pre_connection_lost(const gnet::CloseReason& reason) {
  static_cast<void>(reason);
  const AccessLog* log = rules_.settings().access_log();
  if (log == nullptr || !log->format().wants_local()) return;
  local_ = std::make_unique<gnet::Endpoint>(local());
}

void Session::connection_lost(const gnet::CloseReason& reason) {
  rules_.ended(*this, reason);
  const AccessLog* log = rules_.settings().access_log();
  if (log == nullptr) return;
  AccessEntry entry{.connection = session_id(),
                    .peer = peer(),
                    .received_bytes = received_bytes(),
                    .sent_bytes = sent_bytes(),
                    .lasted = gnet::Clock::now() - connected_since(),
                    .reason = reason};
  if (local_) entry.local = std::move(*local_);
  log->write(entry);
}

void Session::wait_for_rate(std::size_t bytes) {
  if (bucket_) {
    const gnet::Duration wait = bucket_->take(bytes, gnet::Clock::now());
    if (wait > gnet::Duration::zero()) gnet::sleep(wait);
  }
  rules_.pace_total(bytes);
}

}  // namespace cli
