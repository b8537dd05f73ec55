#include "gnet/http/client_pool.h"

#include <algorithm>
#include <system_error>

#include "gnet/fiber/deadline.h"
#include "gnet/fiber/scheduler.h"

namespace gnet::http::detail {

ClientConnection::ClientConnection(AnyStream stream, const ClientOptions& options, std::string key)
    : ClientConversation(std::move(stream), options), key(std::move(key)) {
  try {
    peer = this->stream().remote_endpoint().short_name();
  } catch (const std::system_error&) {
    // It has gone again, or is no socket.
  }
}

ClientPool::ClientPool(const ClientOptions& options)
    : hub_(gnet::detail::Scheduler::current()), options_(options) {}

ClientPool::~ClientPool() {
  disarm();
}

std::unique_ptr<ClientConnection> ClientPool::take(std::string_view key) {
  hub_.check_thread();
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i].connection->key != key) continue;
    auto connection = std::move(idle_[i].connection);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    if (connection->is_alive()) return connection;
  }
  return nullptr;
}

void ClientPool::give(std::unique_ptr<ClientConnection> connection) {
  hub_.check_thread();
  if (options_.idle_in_all == 0 || options_.idle_per_host == 0) return;
  connection->rest();
  make_room(connection->key);
  idle_.push_back({std::move(connection), Deadline::within(options_.idle_timeout).when()});
  arm();
}

void ClientPool::make_room(std::string_view key) {
  const auto is_same = [&](const Idle& idle) { return idle.connection->key == key; };
  const auto same = static_cast<std::size_t>(std::ranges::count_if(idle_, is_same));
  if (same >= options_.idle_per_host) idle_.erase(std::ranges::find_if(idle_, is_same));
  if (idle_.size() >= options_.idle_in_all) idle_.erase(idle_.begin());
}

void ClientPool::clear() noexcept {
  disarm();
  idle_.clear();
}

// ---- those that have waited too long ----

void ClientPool::arm() {
  if (alarm_.armed() || idle_.empty()) return;
  const TimePoint when = idle_.front().until;
  if (when != TimePoint::max()) hub_.arm(alarm_, when);
}

// The hub may have ended before, and has let the timer go then.
void ClientPool::disarm() noexcept {
  if (alarm_.armed()) hub_.disarm(alarm_);
}

void ClientPool::expire(Timer& timer) noexcept {
  ClientPool& pool = static_cast<Alarm&>(timer).pool;
  const TimePoint now = Clock::now();
  std::erase_if(pool.idle_, [now](const Idle& idle) { return idle.until <= now; });
  pool.arm();
}

}  // namespace gnet::http::detail
