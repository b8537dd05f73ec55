#include "cli/server/server_unit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "cli/out/failure.h"
#include "cli/server/certificates.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/wait.h"

namespace cli {

ServerUnit::ServerUnit(std::string name, std::string type, const GlobalOptions& global,
                       const ServerOptions& options, const Handlers& handlers)
    : Unit(std::move(name), std::move(type)),
      global_(global),
      options_(options),
      handlers_(handlers),
      log_(this->name()),
      rules_(global, options),
      drain_timeout_(options.drain_timeout),
      drain_quiet_(options.drain_quiet) {
  if (handlers.logs_requests) rules_.log.leave_access_log();
  if (handlers.begin) handlers.begin(rules_);
}

ServerUnit::~ServerUnit() {
  const gnet::Uninterruptible until_nobody_needs_this;
  wait_for_changes();
  discharge();
  drains_.join();
}

void ServerUnit::open(std::vector<InheritedSocket> inherited) {
  for (const gnet::Endpoint& endpoint : options_.endpoints) {
    if (endpoint.ignored_options().empty()) continue;
    log_.debug("{}: without effect here: {}", endpoint.url(),
               fmt::join(endpoint.ignored_options(), ", "));
  }
  if (generation_ == 0) set_up_tls(rules_);
  adopts_ = std::ranges::any_of(options_.endpoints, [](const gnet::Endpoint& endpoint) {
    return endpoint.transport() == gnet::Transport::systemd;
  });
  if (!inherited.empty() && names_no_endpoint(options_)) {
    adopts_ = true;
    bound_ = adopt_all(std::move(inherited), rules_, handlers_);
    enlist();
  } else {
    open(SocketStock(), std::move(inherited));
  }
}

void ServerUnit::open(SocketStock stock, std::vector<InheritedSocket> inherited) {
  if (generation_ == 0 && !rules_.tls) set_up_tls(rules_);
  bound_ = bind_all(options_, std::move(inherited), rules_, handlers_, stock);
  enlist();
}

// What a supervisor has passed is passed once.
void ServerUnit::require_own_sockets() const {
  if (!adopts_) return;
  throw Failure(Exit::negative,
                fmt::format("'{}' cannot begin anew: its sockets came from a supervisor", name()));
}

void ServerUnit::enlist() {
  ++generation_;
  closed_ = false;
  listening_.clear();
  for (const Bound& bound : bound_) listening_.push_back(bound.listening);
  enter(UnitState::starting);
}

void ServerUnit::start() {
  if (state() == UnitState::running || state() == UnitState::paused) return;
  if (bound_.empty()) {
    require_own_sockets();
    discharge();  // of what it was before
    open(SocketStock());
  }
  for (Bound& bound : bound_) {
    if (bound.has_connections && hubs_) bound.factory->spread_over(hubs_);
    factories_.push_back(bound.factory.get());
    service_.add_factory(free_name(factories_.size()), std::move(bound.factory));
  }
  bound_.clear();
  for (gnet::Factory* factory : factories_) factory->start();
  enter(UnitState::running);
}

// "echo", "echo-2"; another service may be called so already.
std::string ServerUnit::free_name(std::size_t number) const {
  for (;; ++number) {
    std::string candidate = number > 1 ? fmt::format("{}-{}", name(), number) : name();
    if (service_.get_factory(candidate) == nullptr) return candidate;
  }
}

bool ServerUnit::close_listeners() {
  if (std::exchange(closed_, true)) return false;
  for (gnet::Factory* factory : factories_) factory->stop_accepting();
  return true;
}

std::size_t ServerUnit::drain(const Factories& factories, gnet::Deadline grace) {
  for (gnet::Factory* factory : factories) {
    if (auto* const streams = dynamic_cast<gnet::ConnectionFactory*>(factory)) {
      streams->drain_quiet = drain_quiet_;
    }
  }
  std::size_t cut = 0;
  for (gnet::Factory* factory : factories) factory->stop_accepting();
  for (gnet::Factory* factory : factories) cut += factory->stop(grace);
  return cut;
}

std::size_t ServerUnit::stop(gnet::Deadline grace) {
  if (state() == UnitState::stopped) return 0;
  bound_.clear();
  enter(UnitState::draining);
  close_listeners();
  const std::size_t cut = drain(Factories(factories_), grace);
  if (state() != UnitState::draining) return 0;  // another stop() was faster
  cut_ += cut;
  static_cast<void>(drains_.join(grace));
  listening_.clear();
  enter(UnitState::stopped);
  return cut;
}

void ServerUnit::discharge() {
  wait_for_uses();
  for (gnet::Factory* factory : std::exchange(factories_, {})) {
    service_.remove_factory(std::string(factory->name()));
  }
}

SocketStock ServerUnit::hand_over() {
  static std::uint64_t handed_over = 0;
  SocketStock stock;
  for (Bound& bound : bound_) stock.take_over(*bound.factory);
  for (gnet::Factory* factory : factories_) {
    stock.take_over(*factory);
    // The name is the next one's.
    factory->set_name(fmt::format("{} before {}", factory->name(), ++handed_over));
  }
  return stock;
}

// The connections there are end in their time, while others are served already.
void ServerUnit::restart() {
  if (state() != UnitState::running && state() != UnitState::paused) return Unit::restart();
  require_own_sockets();
  SocketStock stock = hand_over();
  Factories former = std::exchange(factories_, {});
  drains_.spawn([this, former = std::move(former)] {
    gnet::sleep(drain_quiet_);  // who has just come has not said what for
    cut_ += drain(former, gnet::Deadline(drain_timeout_));
    wait_for_uses();
    for (gnet::Factory* factory : former) {
      service_.remove_factory(std::string(factory->name()));
    }
  });
  try {
    open(std::move(stock));
    start();
  } catch (...) {
    enter(UnitState::failed);
    throw;
  }
}

void ServerUnit::pause() {
  if (state() == UnitState::paused) return;
  if (state() != UnitState::running) {
    throw Failure(Exit::negative, fmt::format("'{}' is {}", name(), to_string(state())));
  }
  for (gnet::Factory* factory : factories_) {
    if (auto* const streams = dynamic_cast<gnet::TCPServerFactory*>(factory)) streams->pause();
    if (auto* const packets = dynamic_cast<gnet::UDPServerFactory*>(factory)) packets->pause();
  }
  enter(UnitState::paused);
}

void ServerUnit::resume() {
  if (state() == UnitState::running) return;
  if (state() != UnitState::paused) {
    throw Failure(Exit::negative, fmt::format("'{}' is {}", name(), to_string(state())));
  }
  for (gnet::Factory* factory : factories_) {
    if (auto* const streams = dynamic_cast<gnet::TCPServerFactory*>(factory)) streams->resume();
    if (auto* const packets = dynamic_cast<gnet::UDPServerFactory*>(factory)) packets->resume();
  }
  enter(UnitState::running);
}

bool ServerUnit::notify(std::string_view message) {
  if (!handlers_.takes_messages || factories_.empty()) return false;
  if (handlers_.notified) {
    handlers_.notified(message);
    return true;
  }
  const Factories now = factories_;
  for (gnet::Factory* factory : now) service_.notify_factory(factory->name(), message);
  return true;
}

gnet::FactoryCounters ServerUnit::counters() const {
  gnet::FactoryCounters counters = totals(factories_);
  counters.refused += rules_.proxy_headers.refused();
  return counters;
}

std::string ServerUnit::metrics() const {
  return handlers_.metrics ? handlers_.metrics() : std::string();
}

bool ServerUnit::is_over() const {
  return rules_.admission.exhausted() && rules_.admission.active() == 0;
}

gnet::Deadline ServerUnit::idle_limit() const {
  if (options_.idle_exit <= gnet::Duration::zero() || rules_.admission.active() > 0) {
    return gnet::Deadline::never();
  }
  return gnet::Deadline::after(rules_.admission.last_busy(), options_.idle_exit);
}

ServerUnit::Change ServerUnit::prepare_change(const ServerOptions& fresh) {
  Change change;
  change.settings = std::make_unique<const SessionSettings>(fresh, &*rules_.settings);
  if (handlers_.reload) change.put_in_place = handlers_.reload();
  change.certificates = reload_certificates(rules_);
  change.drain_timeout = fresh.drain_timeout;
  change.drain_quiet = fresh.drain_quiet;
  return change;
}

void ServerUnit::change(Change change, bool is_different) {
  drain_timeout_ = change.drain_timeout;
  drain_quiet_ = change.drain_quiet;
  if (is_different) rules_.change(std::move(change.settings));
  if (change.put_in_place) change.put_in_place();
  rules_.admission.changed.set();  // who waits looks at the clock anew
}

ServerUnit::Losses ServerUnit::losses() const {
  Losses losses{.late = rules_.cut_late, .lost = rules_.lost_answers};
  losses.cut = cut_ - std::min<std::uint64_t>(cut_, losses.lost);
  return losses;
}

}  // namespace cli
