#include "gnet/protocol/connection_factory.h"

#include <algorithm>

#include "gnet/base/error.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kConnections{"connections to end"};

// For what a connection that was cut still does: its connection_lost().
constexpr Duration kCutGrace = std::chrono::seconds(2);

}  // namespace

ConnectionFactory::~ConnectionFactory() = default;

FactoryCounters ConnectionFactory::counters() const {
  FactoryCounters sum;
  on_each_hub([&](Share& share) {
    if (&share == shares_.front().get()) sum += counters_;
    sum.received_bytes += share.received_bytes;
    sum.sent_bytes += share.sent_bytes;
    sum.truncated += share.truncated;
    share.connections.for_each([&sum](Connection& connection) {
      sum.truncated += connection.truncated();
      sum.received_bytes += connection.received_bytes();
      sum.sent_bytes += connection.sent_bytes();
    });
  });
  return sum;
}

void ConnectionFactory::visit_connections(const std::function<void(Connection&)>& visit) {
  on_each_hub([&visit](Share& share) {
    for (Connection* one = share.connections.next(nullptr); one != nullptr;) {
      // While it stays, so does its place in the list.
      const Connection::Stay stay(*one);
      visit(*one);
      one = share.connections.next(one);
    }
  });
}

void ConnectionFactory::broadcast(std::string_view data) {
  if (!hubs_) return shares_.front()->broadcast(data);
  const std::size_t here = hubs_->index();
  const auto copy = std::make_shared<const std::string>(data);
  for (std::size_t hub = 0; hub < shares_.size(); ++hub) {
    if (hub == here) {
      shares_[hub]->broadcast(data);
    } else {
      hubs_->post(hub, [share = shares_[hub], copy] { share->broadcast(*copy); });
    }
  }
}

void ConnectionFactory::Share::broadcast(std::string_view data) {
  connections.for_each([data](Connection& connection) { connection.offer(data); });
}

const Logger& ConnectionFactory::log() {
  if (!log_) log_ = std::make_unique<Logger>(name().empty() ? log_name() : name());
  return *log_;
}

// ---- one connection ----

ConnectionFactory::Slot::Slot(ConnectionFactory& factory, const SocketAddress& peer,
                              std::size_t hub)
    : factory_(&factory), hub_(hub), peer_(peer) {
  factory.settle_in_child();
  if (factory.hubs_) factory.hubs_->begin_task(hub);
  ++factory.counters_.accepted;
  ++factory.counters_.active;
  if (factory.limit_) factory.limit_->take();
}

ConnectionFactory::Slot::~Slot() {
  if (factory_ == nullptr) return;
  if (hub_ == 0 || &factory_->ended_.hub() == detail::Scheduler::current_if_any()) {
    factory_->free_slot(hub_, peer_);
  } else {
    factory_->hubs_->post(
        0, [factory = factory_, hub = hub_, peer = peer_] { factory->free_slot(hub, peer); });
  }
}

void ConnectionFactory::free_slot(std::size_t hub, const SocketAddress& peer) noexcept {
  if (hubs_) hubs_->end_task(hub);
  --counters_.active;
  connection_gone(peer);
  if (limit_) limit_->give_back();
  ended_.notify_all();
}

void ConnectionFactory::run_connection(const Slot& slot, Connection& connection, Socket socket,
                                       const SocketAddress& peer, std::unique_ptr<TLSSession> tls,
                                       const Introduce* introduce) {
  Share& share = *shares_[slot.hub()];
  if (share.phase == Phase::cutting) return socket.abort();
  connection.factory_ = this;
  share.connections.push_back(connection);
  struct Registration {
    ~Registration() {
      connection.unlink();
      share.received_bytes += connection.received_bytes();
      share.sent_bytes += connection.sent_bytes();
      share.truncated += connection.truncated();
    }
    Share& share;
    Connection& connection;
  } const registration{share, connection};
  if (share.phase == Phase::draining) connection.drain(share.quiet);
  connection.run(std::move(socket), peer, std::move(tls), introduce);
}

// ---- all of them ----

// In the child of a fork() connections are the parent's and never end, but for the one of the
// fiber that has called it.
void ConnectionFactory::settle_in_child() noexcept {
  if (forks_ == detail::forks()) [[likely]]
    return;
  forks_ = detail::forks();
  hubs_ = nullptr;
  shares_.resize(1);
  const std::uint64_t before = counters_.active;
  counters_.active = callers_ = 0;
  IntrusiveList<Connection>& connections = shares_.front()->connections;
  for (Connection* one = connections.next(nullptr); one != nullptr;) {
    Connection* const next = connections.next(one);
    if (one->fiber_ == nullptr || one->fiber_->vanished) {
      one->unlink();
    } else {
      ++counters_.active;
    }
    one = next;
  }
  for (std::uint64_t gone = counters_.active; limit_ && gone < before; ++gone) limit_->give_back();
}

void ConnectionFactory::spread_over(std::shared_ptr<HubGroup> hubs) {
  if (active() > 0) throw Misuse("connections are spread over hubs before there are any");
  if (hubs && hubs->index() != 0) throw Misuse("a factory belongs to hub 0 of its group");
  hubs_ = hubs && hubs->size() > 1 ? std::move(hubs) : nullptr;
  Share& own = *shares_.front();
  for (const auto& former : std::vector(shares_.begin() + 1, shares_.end())) {
    own.received_bytes += former->received_bytes;
    own.sent_bytes += former->sent_bytes;
    own.truncated += former->truncated;
  }
  shares_.resize(1);
  while (hubs_ && shares_.size() < hubs_->size()) shares_.push_back(std::make_shared<Share>());
}

void ConnectionFactory::begin_connections() {
  settle_in_child();
  if (hubs_) static_cast<void>(log());  // made here, before others need it
  enter(Phase::serving, {});
}

void ConnectionFactory::enter(Phase phase, Duration quiet) {
  shares_.front()->enter(phase, quiet);
  for (std::size_t hub = 1; hubs_ && hub < hubs_->size(); ++hub) {
    hubs_->post(hub, [share = shares_[hub], phase, quiet] { share->enter(phase, quiet); });
  }
}

void ConnectionFactory::Share::enter(Phase next, Duration quiet_for) {
  phase = next;
  quiet = quiet_for;
  if (next == Phase::serving) return;
  const auto* const caller = detail::Scheduler::current().running_if_any();
  connections.for_each([this, next, caller](Connection& connection) {
    if (next == Phase::draining) {
      connection.drain(quiet);
    } else if (caller == nullptr || !connection.is_served_by(*caller)) {
      connection.cut();
    }
  });
}

bool ConnectionFactory::is_caller() noexcept {
  const auto* const caller = detail::Scheduler::current().running_if_any();
  bool found = false;
  shares_.front()->connections.for_each([&](Connection& connection) {
    found = found || (caller != nullptr && connection.is_served_by(*caller));
  });
  return found;
}

bool ConnectionFactory::wait_for_connections(bool by_connection, Deadline deadline) {
  while (awaited(by_connection) > 0) {
    if (!ended_.wait(kConnections, this, deadline)) return awaited(by_connection) == 0;
  }
  return true;
}

// Half of what there is: so that the other half is left for saying goodbye.
Duration ConnectionFactory::quiet_within(Deadline grace) const {
  if (grace.is_never()) return drain_quiet;
  return std::clamp<Duration>((grace.when() - Clock::now()) / 2, Duration::zero(), drain_quiet);
}

std::size_t ConnectionFactory::end_connections(Deadline grace) {
  ended_.hub().check_thread();
  settle_in_child();
  struct Caller {
    explicit Caller(ConnectionFactory& owner) : factory(owner), is_connection(owner.is_caller()) {
      if (!is_connection) return;
      ++factory.callers_;
      factory.ended_.notify_all();
    }
    ~Caller() { factory.callers_ -= is_connection ? 1 : 0; }
    ConnectionFactory& factory;
    const bool is_connection;
  } const caller(*this);
  enter(Phase::draining, quiet_within(grace));
  if (wait_for_connections(caller.is_connection, grace)) return 0;
  const std::size_t cut = awaited(caller.is_connection);
  enter(Phase::cutting, {});
  if (!wait_for_connections(caller.is_connection, kCutGrace)) {
    log().error("{} connections do not end: they swallow their interrupt",
                awaited(caller.is_connection));
  }
  return cut;
}

void ConnectionFactory::end_all_connections() {
  settle_in_child();
  if (active() == 0) return;
  end_connections(Duration::zero());
  if (active() == 0) return;
  if (is_caller()) throw Misuse("a server was destroyed by its own handler");
  visit_connections([](Connection& connection) { connection.abort(); });
  wait_for_connections(false, Deadline::never());
}

}  // namespace gnet
