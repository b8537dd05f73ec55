#include "cli/server/admission.h"

#include "gnet/base/log.h"

namespace cli {
namespace {

std::uint64_t limit_of(const ServerOptions& options) {
  return options.once ? 1 : options.max_accepts.number;
}

}  // namespace

Admission::Admission(const ServerOptions& options, const CurrentSettings& settings)
    : settings_(settings),
      limit_(limit_of(options)),
      tells_idle_(options.idle_exit > gnet::Duration::zero()),
      connections_(std::make_shared<gnet::ConnectionLimit>(settings->max_connections)),
      last_busy_(gnet::Clock::now()) {}

bool Admission::admit(const gnet::SocketAddress& peer, const gnet::Endpoint& local) {
  if (const auto reason = refusal(peer)) {
    tell_refusal(peer, local, *reason);
    return false;
  }
  // Counted even without a limit: one may come while the connection lives.
  if (const auto address = peer.ip()) ++per_address_[*address];
  // Counted here and not when it begins: others may be accepted before that.
  ++active_;
  count();
  return true;
}

std::optional<Refusal> Admission::refusal(const gnet::SocketAddress& peer) const {
  if (exhausted()) return Refusal::no_more;
  if (!admits(settings_->access, peer)) return Refusal::denied;
  const auto address = peer.ip();
  if (const std::uint64_t most = settings_->max_per_ip; address && most > 0) {
    const auto known = per_address_.find(*address);
    if (known != per_address_.end() && known->second >= most) return Refusal::address_limit;
  }
  return std::nullopt;
}

void Admission::tell_refusal(const gnet::SocketAddress& peer, const gnet::Endpoint& local,
                             Refusal reason) const {
  const AccessLog* log = settings_->access_log();
  const bool debugs = gnet::log_level() <= gnet::LogLevel::debug;
  if (log == nullptr && !debugs) return;
  if (debugs) gnet::Logger("gnet").debug("refused {}: {}", peer.short_name(), to_string(reason));
  if (log == nullptr) return;
  log->write({.peer = peer.endpoint(gnet::Transport::tcp), .local = local, .refusal = reason});
}

bool Admission::admit_datagram(const gnet::SocketAddress& peer) {
  if (exhausted() || !admits(settings_->access, peer)) return false;
  count();
  return true;
}

void Admission::count() noexcept {
  last_busy_ = gnet::Clock::now();
  if (limit_ > 0 && ++admitted_ == limit_) changed.set();
}

void Admission::left(const gnet::SocketAddress& peer) noexcept {
  --active_;
  last_busy_ = gnet::Clock::now();
  if (const auto address = peer.ip()) {
    const auto known = per_address_.find(*address);
    if (known != per_address_.end() && --known->second == 0) per_address_.erase(known);
  }
  if (exhausted() || (active_ == 0 && tells_idle_)) changed.set();
}

void Admission::settings_changed() {
  connections_->set_most(settings_->max_connections);
  changed.set();
}

}  // namespace cli
