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
  const auto reason = exhausted() ? Refusal::no_more : come(peer);
  if (reason) {
    tell_refusal(peer, local, *reason);
    return false;
  }
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
  if (const auto reason = come(client)) {
    tell_refusal(client, local, *reason);
    return nullptr;
  }
  return {this, [this, client](void*) { go(client); }};
}

// Looked at and counted in one: others enter on other threads. Counted even without a limit: one
// may come while the connection lives.
std::optional<Refusal> Admission::come(const gnet::SocketAddress& peer) {
  if (!admits(settings_->access, peer)) return Refusal::denied;
  const auto address = peer.ip();
  if (!address) return std::nullopt;
  const std::uint64_t most = settings_->max_per_ip;
  const std::lock_guard lock(mutex_);
  std::uint64_t& number = per_address_[*address];
  if (most > 0 && number >= most) return Refusal::address_limit;
  ++number;
  return std::nullopt;
}

void Admission::go(const gnet::SocketAddress& peer) noexcept {
  const std::lock_guard lock(mutex_);
  if (const auto address = peer.ip()) {
    const auto known = per_address_.find(*address);
    if (known != per_address_.end() && --known->second == 0) per_address_.erase(known);
  }
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
