#include "gnet/protocol/reconnecting_client_factory.h"

#include <sys/socket.h>

#include <stdexcept>

#include "gnet/base/duration.h"
#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kDelay{"the time to connect again"};
constexpr detail::WaitKind kConnected{"a client to connect"};
constexpr detail::WaitKind kEnded{"a client to end"};
constexpr detail::WaitKind kClientRoom{"a client to send what waits"};

// For what an overridden disconnected() does.
constexpr Duration kLastWords = std::chrono::seconds(2);

[[noreturn]] void refuse_to_be_destroyed_by_callback() {
  throw Misuse("a client factory was destroyed by its own callback");
}

}  // namespace

ReconnectingClientFactory::ReconnectingClientFactory(Endpoint endpoint, const RetryPolicy& policy)
    : retry(policy), endpoint_(std::move(endpoint)) {}

ReconnectingClientFactory::~ReconnectingClientFactory() {
  if (Hub::current_if_any() == nullptr) return;
  const bool by_runner = runner_ && runner_.state() == FiberState::running;
  if (by_runner || is_caller()) refuse_to_be_destroyed_by_callback();
  const Uninterruptible wait_out;
  stop(Deadline(Duration::zero()));
  end_all_connections();
}

// ---- to override ----

std::unique_ptr<Protocol> ReconnectingClientFactory::build_protocol(const SocketAddress& peer) {
  return builder_ ? builder_(peer) : build_protocol();
}

std::unique_ptr<Protocol> ReconnectingClientFactory::build_protocol() {
  throw Misuse("a client factory needs a builder, or its own build_protocol()");
}

void ReconnectingClientFactory::connect_failed(unsigned attempt, const std::exception_ptr& error,
                                               std::optional<Duration> next_delay) {
  if (next_delay) {
    log().warn("{}; try {} in {}", describe(error), attempt + 1, format_duration(*next_delay, 2));
  } else {
    log().error("{}; giving up", describe(error));
  }
}

void ReconnectingClientFactory::disconnected(const CloseReason& reason,
                                             std::optional<Duration> next_delay) {
  if (next_delay) {
    log().info("connection lost: {}; again in {}", reason.text(), format_duration(*next_delay, 2));
  } else {
    log().info("connection ended: {}", reason.text());
  }
}

bool ReconnectingClientFactory::should_reconnect(const CloseReason& reason) {
  return reason.kind != CloseKind::local_close && reason.kind != CloseKind::local_abort &&
         reason.kind != CloseKind::service_stop;
}

// ---- life ----

void ReconnectingClientFactory::start() {
  if (running()) return;
  tls = TLSContext::client_for(endpoint_, tls);
  begin_connections();
  trying_ = true;
  attempt_ = retry_ = 0;
  last_error_ = nullptr;
  runner_ = spawn({.name = "connect " + endpoint_.to_string()}, [this] { run(); });
}

std::size_t ReconnectingClientFactory::stop(Deadline grace) {
  if (Hub::ended()) return 0;
  stop_trying();
  if (!runner_) return 0;
  // While this waits, others may stop the client too, and start it again.
  auto runner = runner_.share();
  if (active() == 0) runner.kill();
  const std::size_t cut = end_connections(grace);
  // By its own connection: it ends when that has ended, which the caller would prevent.
  if (is_caller()) return cut;
  // It only has to say disconnected().
  if (!runner.join(kLastWords)) runner.kill();
  if (runner_ && runner_.id() == runner.id()) runner_ = {};
  changed();
  return cut;
}

void ReconnectingClientFactory::stop_trying() {
  trying_ = false;
  changed();
}

void ReconnectingClientFactory::run() {
  struct Ended {
    ~Ended() { client.changed(); }
    ReconnectingClientFactory& client;
  } const ended{*this};
  while (const auto delay = try_once()) {
    const Deadline next(*delay);
    while (trying_ && changed_.wait(kDelay, this, next)) continue;
    if (!trying_) return;
  }
}

// Connects, and runs the connection to its end; the delay before the next try.
std::optional<Duration> ReconnectingClientFactory::try_once() {
  std::optional<Connected> made;
  ++attempt_;
  try {
    connecting(attempt_);
    made = connect_once();
  } catch (const std::logic_error&) {
    last_error_ = std::current_exception();
    throw;  // a mistake in the program: nothing gets better by trying again
  } catch (const std::exception&) {
    last_error_ = std::current_exception();
  }
  if (!made) {
    const auto delay = next_delay();
    connect_failed(attempt_, last_error_, delay);
    return delay;
  }
  last_error_ = nullptr;
  was_useful_ = false;
  last_reason_ = {CloseKind::service_stop, nullptr};
  const TimePoint since = Clock::now();
  auto connection = spawn({.name = "client of " + endpoint_.to_string()},
                          [this, slot = Slot(*this), connected = std::move(*made)]() mutable {
                            run_connection(slot, *connected.protocol, std::move(connected.socket),
                                           connected.peer, std::move(connected.tls));
                          });
  connection.join();
  const bool stable = Clock::now() - since >= retry.reset_after;
  if (stable) retry_ = 0;
  // A server that only accepts and closes is as bad as none.
  if (stable || was_useful_) attempt_ = 0;
  const auto delay = should_reconnect(last_reason_) ? next_delay() : std::nullopt;
  disconnected(last_reason_, delay);
  return delay;
}

ReconnectingClientFactory::Connected ReconnectingClientFactory::connect_once() {
  ConnectOptions options = connect_options;
  options.timeout = retry.connect_timeout;
  const Deadline deadline = Deadline::within(options.timeout);
  Stream stream = detail::connect_below(endpoint_, options);
  Connected made{std::move(stream.socket()), {}, nullptr, nullptr};
  RawAddress peer;
  if (getpeername(made.socket.native_handle(), peer.data(), &peer.size) != 0) {
    throw_errno("the connection to " + endpoint_.to_string() + " was lost at once");
  }
  made.peer = SocketAddress(peer);
  made.protocol = build_protocol(made.peer);
  if (!made.protocol) {
    throw std::runtime_error("build_protocol() has returned nothing for " + endpoint_.to_string());
  }
  if (no_delay && !made.peer.is_unix()) made.socket.set_no_delay(true);
  if (tls) {
    made.tls = std::make_unique<TLSSession>(
        made.socket, *tls, server_name.empty() ? endpoint_.server_name() : server_name);
    made.tls->handshake(deadline);
  }
  return made;
}

std::optional<Duration> ReconnectingClientFactory::next_delay() {
  if (!trying_ || (retry.max_retries && attempt_ >= *retry.max_retries)) return std::nullopt;
  const RetryPolicy policy = reconnect_delay ? RetryPolicy::fixed(*reconnect_delay) : retry;
  if (policy.initial <= Duration::zero()) return std::nullopt;
  return policy.delay(++retry_);
}

bool ReconnectingClientFactory::wait_connected(Deadline deadline) {
  while (!connection_) {
    if (!running()) throw ConnectionLost("the client is not running");
    if (!changed_.wait(kConnected, this, deadline)) return static_cast<bool>(connection_);
  }
  return true;
}

bool ReconnectingClientFactory::wait_ended(Deadline deadline) {
  while (running()) {
    if (!changed_.wait(kEnded, this, deadline)) return !running();
  }
  return true;
}

// ---- messages ----

bool ReconnectingClientFactory::can_send() const noexcept {
  return connection_ && waiting_.empty() && connection_->accepts_data();
}

bool ReconnectingClientFactory::send(std::string_view message) {
  const auto fits = [&] {
    return waiting_.empty() || waiting_bytes_ + message.size() <= offline_limit;
  };
  changed_.hub().checkpoint();
  for (;;) {
    if (!running()) throw ConnectionLost("the client is not running");
    if (can_send()) {
      hand_over(*connection_, std::string(message));
      return true;
    }
    if (offline == Offline::drop) return false;
    if (offline == Offline::fail) throw ConnectionLost("the client is not connected");
    if (fits()) break;
    changed_.wait(kClientRoom, this);
  }
  waiting_.emplace_back(message);
  waiting_bytes_ += message.size();
  return true;
}

void ReconnectingClientFactory::hand_over(Protocol& protocol, std::string message) {
  if (offline != Offline::buffer) return protocol.send_data(message);
  forget_sent(protocol.sent_bytes());
  const std::uint64_t end = protocol.sent_bytes() + protocol.queued_bytes() + message.size();
  handed_.push_back({message, end});
  try {
    protocol.send_data(message);
  } catch (const ConnectionLost&) {
    // connection_ended() puts back what was not sent.
  }
}

void ReconnectingClientFactory::forget_sent(std::uint64_t sent) {
  while (!handed_.empty() && handed_.front().end <= sent) handed_.pop_front();
}

void ReconnectingClientFactory::send_waiting(Protocol& protocol) {
  while (!waiting_.empty() && protocol.accepts_data()) {
    std::string message = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= message.size();
    changed();
    hand_over(protocol, std::move(message));
  }
}

void ReconnectingClientFactory::protocol_made(Protocol& protocol) {
  connection_ = protocol;
  // In a fiber of its own: the connection has to read while much is sent.
  if (!waiting_.empty()) {
    protocol.add_inner_fiber([this, &protocol] { send_waiting(protocol); });
  }
  changed();
}

void ReconnectingClientFactory::connection_ended(Connection& connection,
                                                 const CloseReason& reason) {
  connection_ = {};
  last_reason_ = reason;
  was_useful_ = connection.received_bytes() > 0;
  forget_sent(connection.sent_bytes());
  for (; !handed_.empty(); handed_.pop_back()) {
    waiting_bytes_ += handed_.back().message.size();
    waiting_.push_front(std::move(handed_.back().message));
  }
  changed();
}

}  // namespace gnet
