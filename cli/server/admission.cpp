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
  const auto reason = exhausted() ? Refusal::no_more : refusal_by_rule(peer);
  if (reason) {
    tell_refusal(peer, local, *reason);
    return false;
  }
  come(peer);
  // Counted here and not when it begins: others may be accepted before that.
  ++active_;
  count();
  return true;
}

bool Admission::admit_proxy(const gnet::SocketAddress& proxy, const gnet::Endpoint& local) {
  if (exhausted()) {
    tell_refusal(proxy, local, Refusal::no_more);
    return false;
  }
  ++active_;
  count();
  return true;
}

std::shared_ptr<void> Admission::enter(const gnet::SocketAddress& client,
                                       const gnet::Endpoint& local) {
  if (const auto reason = refusal_by_rule(client)) {
    tell_refusal(client, local, *reason);
    return nullptr;
  }
  come(client);
  return {this, [this, client](void*) { go(client); }};
}

// Counted even without a limit: one may come while the connection lives.
void Admission::come(const gnet::SocketAddress& peer) {
  const std::lock_guard lock(mutex_);
  if (const auto address = peer.ip()) ++per_address_[*address];
}

void Admission::go(const gnet::SocketAddress& peer) noexcept {
  const std::lock_guard lock(mutex_);
  if (const auto address = peer.ip()) {
    const auto known = per_address_.find(*address);
    if (known != per_address_.end() && --known->second == 0) per_address_.erase(known);
  }
}

std::optional<Refusal> Admission::refusal_by_rule(const gnet::SocketAddress& peer) const {
  if (!admits(settings_->access, peer)) return Refusal::denied;
  const auto address = peer.ip();
  if (const std::uint64_t most = settings_->max_per_ip; address && most > 0) {
    const std::lock_guard lock(mutex_);
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
  go(peer);
  departed();
}

void Admission::left_proxy() noexcept {
  departed();
}

void Admission::departed() noexcept {
  --active_;
  last_busy_ = gnet::Clock::now();
  if (exhausted() || (active_ == 0 && tells_idle_)) changed.set();
}

void Admission::settings_changed() {
  connections_->set_most(settings_->max_connections);
  changed.set();
}

}  // namespace cli
