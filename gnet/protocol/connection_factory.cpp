#include "gnet/protocol/connection_factory.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kConnections{"connections to end"};

// A connection on which nothing goes either way for so long has nothing to lose.
constexpr Duration kQuiet = std::chrono::milliseconds(250);

// For what a connection that was cut still does: its connection_lost().
constexpr Duration kCutGrace = std::chrono::seconds(2);

}  // namespace

ConnectionFactory::~ConnectionFactory() = default;

ConnectionCounters ConnectionFactory::counters() const {
  ConnectionCounters sum = counters_;
  const_cast<ConnectionFactory*>(this)->for_each_connection([&sum](Protocol& protocol) {
    sum.received_bytes += protocol.received_bytes();
    sum.sent_bytes += protocol.sent_bytes();
  });
  return sum;
}

void ConnectionFactory::broadcast(std::string_view data) {
  for_each_connection([data](Protocol& protocol) {
    if (!protocol.connected()) return;
    if (protocol.queued_bytes() + data.size() > protocol.high_water) {
      protocol.abort();
    } else {
      protocol.send_data(data);
    }
  });
}

const Logger& ConnectionFactory::log() {
  if (!log_) log_ = std::make_unique<Logger>(name().empty() ? "gnet" : name());
  return *log_;
}

ConnectionFactory::Slot::Slot(ConnectionFactory& factory) noexcept : factory_(&factory) {
  ++factory.counters_.accepted;
  ++factory.counters_.active;
}

ConnectionFactory::Slot::~Slot() {
  if (factory_ == nullptr) return;
  --factory_->counters_.active;
  factory_->ended_.notify_all();
}

void ConnectionFactory::run_connection(Protocol& protocol, Socket socket,
                                       const sockaddr_in6& peer) {
  protocol.factory_ = this;
  connections_.push_back(protocol);
  struct Registration {
    ~Registration() {
      protocol.unlink();
      factory.counters_.received_bytes += protocol.received_bytes();
      factory.counters_.sent_bytes += protocol.sent_bytes();
    }
    ConnectionFactory& factory;
    Protocol& protocol;
  } const registration{*this, protocol};
  if (ending_) protocol.drain(kQuiet);
  protocol.run(std::move(socket), peer);
}

bool ConnectionFactory::wait_for_connections(Deadline deadline) {
  while (counters_.active > 0) {
    if (!ended_.wait(kConnections, this, deadline)) return counters_.active == 0;
  }
  return true;
}

std::size_t ConnectionFactory::end_connections(Deadline grace) {
  ending_ = true;
  for_each_connection([](Protocol& protocol) { protocol.drain(kQuiet); });
  if (wait_for_connections(grace)) return 0;
  const auto cut = static_cast<std::size_t>(counters_.active);
  for_each_connection([](Protocol& protocol) {
    protocol.end({CloseKind::service_stop, nullptr}, true);
  });
  if (!wait_for_connections(kCutGrace)) {
    log().error("{} connections do not end: a callback swallows its interrupt", active());
  }
  return cut;
}

}  // namespace gnet
