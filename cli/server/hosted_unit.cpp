#include "cli/server/hosted_unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "cli/control/places.h"
#include "cli/line/parse.h"
#include "cli/line/suggest.h"
#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/wait.h"

namespace cli {
namespace {

// Options that are the process's own.
constexpr std::array kOfProcess{
    "--daemon",     "--pid-file",   "--user",      "--chroot",        "--no-new-privs",
    "--name",       "--control",    "--threads",   "--config",        "--die-with-parent",
    "--ready-file", "--ready-fd",   "--json",      "--help",          "--print-port",
    "--log-file",   "--log-format", "--log-level", "--version",       "--verbose",
    "--watchdog",   "--explain",    "--color",     "--stats-interval"};

Failure told_to_end(const std::string& name) {
  return {Exit::negative, fmt::format("'{}' has been told to end", name)};
}

}  // namespace

const Command& service_command(const std::string& type) {
  std::vector<std::string> types;
  for (const Command* command : commands()) {
    if (command->service == ServiceKind::none) continue;
    if (command->name == type) return *command;
    types.push_back(command->name);
  }
  const std::string meant = closest(type, types);
  throw UsageError(fmt::format("'{}' cannot be a service{}", type,
                               meant.empty() ? "" : "; did you mean '" + meant + "'?"));
}

bool belongs_to_process(const Flag& flag) noexcept {
  return std::ranges::find(kOfProcess, flag.long_name) != kOfProcess.end();
}

HostedUnit::HostedUnit(std::string name, const std::string& type, Words words, bool json,
                       const std::shared_ptr<gnet::HubGroup>& hubs)
    : Unit(std::move(name), type),
      command_(&service_command(type)),
      words_(std::move(words)),
      json_(json),
      hubs_(hubs) {
  check_process_name(this->name());
  read_options();
}

HostedUnit::HostedUnit(std::string name, const Command& command, std::vector<Setting> settings,
                       bool json, const std::shared_ptr<gnet::HubGroup>& hubs, ServiceRules rules)
    : Unit(std::move(name), command.name),
      command_(&command),
      json_(json),
      hubs_(hubs),
      rules_(std::move(rules)) {
  check_process_name(this->name());
  take_options(std::move(settings));
}

HostedUnit::~HostedUnit() {
  const gnet::Uninterruptible until_it_has_ended;
  stop(gnet::Duration::zero());
  if (fiber_) fiber_.join();
}

HostedUnit* HostedUnit::current() noexcept {
  return static_cast<HostedUnit*>(Hosted::current());
}

void HostedUnit::read_options() {
  Words line{command_->name};
  line.insert(line.end(), words_.begin(), words_.end());
  const CommandLine parsed = parse(line);
  for (const Occurrence& occurrence : parsed.occurrences) {
    if (!belongs_to_process(*occurrence.flag)) continue;
    throw UsageError(fmt::format("{} is an option of the process, and not of a service",
                                 occurrence.flag->name()));
  }
  take_options(resolve(parsed));
}

void HostedUnit::take_options(std::vector<Setting> settings) {
  if (json_) settings.push_back({command_->find("--json"), "on"});
  const auto options = command_->make_options();
  apply_settings(settings, options.get());
  command_->check(options.get());
  settings_ = std::move(settings);
  options_ = options;
}

std::string HostedUnit::config(bool json) const {
  return explain(*command_, settings_, options_.get(), json);
}

// ---- life ----

void HostedUnit::listen(SocketStock stock) {
  const std::lock_guard one_at_a_time(turn_);
  if (stopping_ > 0) throw told_to_end(name());
  listen_first(std::move(stock));
}

void HostedUnit::listen_first(SocketStock stock) {
  if (fiber_) fiber_.join();  // it is at its end
  enter(UnitState::starting);
  stock_ = std::move(stock);
  ended_.reset();
  failure_ = nullptr;
  for (gnet::Event* event : {&ending, &go_, &begun_, &idle_}) event->clear();
  active_ = true;
  fiber_ = gnet::spawn({.name = name(), .stack_size = kCommandStack}, [this] { run(); });
  await_step();
  listens_ = true;
}

// Until the fiber has come to its next step, or has not.
void HostedUnit::await_step() {
  gnet::wait_any(begun_, ending);
  if (ending.is_set()) throw told_to_end(name());
  if (!failure_) return;
  if (!active_) enter(UnitState::failed);
  std::rethrow_exception(failure_);
}

void HostedUnit::start() {
  const std::lock_guard one_at_a_time(turn_);
  begin();
}

void HostedUnit::begin() {
  if (stopping_ > 0) throw told_to_end(name());
  if (active_ && !listens_) {
    if (state() == UnitState::paused) return resume();
    again_.set();
    return;
  }
  if (!listens_) listen_first({});
  listens_ = false;
  begun_.clear();
  go_.set();
  await_step();
}

bool HostedUnit::await_start() {
  if (!go_.is_set()) {
    begun_.set();
    go_.wait();
  }
  return !ending.is_set();
}

void HostedUnit::started() {
  enter(UnitState::running);
  begun_.set();
}

void HostedUnit::run() {
  const auto scope = in_this_fiber().set(this);
  struct Over {
    ~Over() {
      unit.active_ = false;
      unit.listens_ = false;
      unit.begun_.set();
      unit.idle_.set();
      if (unit.hear_) unit.hear_();
    }
    HostedUnit& unit;
  } const over{*this};
  do {
    run_once();
  } while (is_to_begin_anew());
}

void HostedUnit::run_once() {
  failure_ = nullptr;
  try {
    status_ = command_->run(options_.get());
    if (!go_.is_set()) throw Failure(Exit::negative, "it ended before it began");
    if (status_ != Exit::ok) reason_ = fmt::format("exit status {}", static_cast<int>(status_));
  } catch (const gnet::Interrupt&) {
    throw;
  } catch (const Failure& failure) {
    status_ = failure.code();
    reason_ = failure.what();
    failure_ = std::current_exception();
  } catch (...) {
    status_ = Exit::internal;
    reason_ = gnet::describe(std::current_exception());
    failure_ = std::current_exception();
  }
}

bool HostedUnit::is_to_begin_anew() {
  if (ending.is_set() || !go_.is_set()) return false;
  const bool failed = status_ != Exit::ok;
  const auto delay = restarts_.after_end(failed, gnet::Clock::now() - since());
  if (!delay) {
    conclude(failed);
    return false;
  }
  gnet::Logger(name()).warn("{}; it begins anew in {}", failed ? reason_ : "it has ended",
                            gnet::format_duration(*delay));
  enter(UnitState::waiting);
  begun_.set();  // who waits for it waits no longer
  again_.clear();
  static_cast<void>(again_.wait(gnet::Deadline(*delay)));
  if (ending.is_set()) return false;
  enter(UnitState::starting);
  return true;
}

void HostedUnit::conclude(bool failed) {
  const gnet::Logger log(name());
  if (restarts_.too_many()) {
    // Also where each of them was a good one: it does not do what it is wanted for.
    status_ = failed ? status_ : Exit::negative;
    log.error("has failed: {}, after {} restarts within {}", failed ? reason_ : "it has ended",
              rules_.life.max_restarts.times,
              gnet::format_duration(rules_.life.max_restarts.within));
  } else if (failed) {
    log.error("has failed: {}", reason_);
  } else {
    log.info("has ended");
  }
  ended_ = status_;
  enter(status_ != Exit::ok ? UnitState::failed : UnitState::stopped);
}

Exit HostedUnit::serve(const GlobalOptions& global, const ServerOptions& options,
                       const Handlers& handlers) {
  ServerUnit server(name(), type(), global, options, handlers);
  server.share(hubs_);
  server.open(std::move(stock_));
  if (handlers.ready) handlers.ready(server.listening());
  server_ = &server;
  struct Gone {
    ~Gone() { server = nullptr; }
    ServerUnit*& server;
  } const gone{server_};
  for (const Listening& where : server.listening()) {
    server.log().info("listening on {}", where.endpoint);
  }
  if (await_start()) {
    server.share(hubs_);
    server.start();
    started();
  }
  const gnet::Deadline lifetime = gnet::Deadline::within(options.lifetime);
  gnet::Event& woken = server.rules().admission.changed;
  while (!ending.is_set() && !server.is_over() && !lifetime.passed() &&
         !server.idle_limit().passed()) {
    if (server.rules().admission.exhausted()) server.close_listeners();
    static_cast<void>(woken.wait(lifetime.earlier(server.idle_limit())));
    woken.clear();
  }
  const std::size_t cut = server.stop(gnet::Deadline(server.grace()));
  server_ = nullptr;
  wait_for_uses();
  server.wait_for_changes();
  return cut == 0 ? Exit::ok : Exit::cut;
}

SocketStock HostedUnit::hand_over() {
  return server_ != nullptr ? server_->hand_over() : SocketStock();
}

// Several may do so at once, each with a time of its own: the shortest counts.
std::size_t HostedUnit::stop(gnet::Deadline grace) {
  if (!active_) return 0;
  struct Mark {
    explicit Mark(std::size_t& all) : count(++all) {}
    ~Mark() { --count; }
    std::size_t& count;
  } const until_it_has_ended(stopping_);
  enter(UnitState::draining);
  ending.set();
  go_.set();
  again_.set();
  std::size_t cut = 0;
  if (server_ != nullptr) {
    ServerUnit& server = *server_;
    const Change until_it_has_stopped(server);
    cut = server.stop(grace);
    server.rules().admission.changed.set();
  } else if (!idle_.wait(grace)) {
    cut = 1;
    fiber_.kill();
  }
  idle_.wait();
  enter(UnitState::stopped);
  return cut;
}

gnet::Duration HostedUnit::grace() const {
  return server_ != nullptr ? server_->grace() : time_to_end;
}

gnet::Duration HostedUnit::quiet() const {
  return server_ != nullptr ? server_->options().drain_quiet : gnet::Duration();
}

void HostedUnit::restart() {
  const std::lock_guard one_at_a_time(turn_);
  if (server_ == nullptr) {
    stop(gnet::Deadline(grace()));
    return begin();
  }
  const Change until_it_has(*server_);
  server_->restart();
  enter(server_ != nullptr ? server_->state() : UnitState::stopped);
}

void HostedUnit::pause() {
  if (server_ == nullptr) return Unit::pause();
  server_->pause();
  enter(UnitState::paused);
}

void HostedUnit::resume() {
  if (server_ == nullptr) return Unit::resume();
  server_->resume();
  enter(UnitState::running);
}

// ---- what it is asked ----

bool HostedUnit::notify(std::string_view message) {
  return server_ != nullptr && server_->notify(message);
}

std::vector<Listening> HostedUnit::listening() const {
  return server_ != nullptr ? server_->listening() : std::vector<Listening>();
}

const Factories& HostedUnit::factories() const noexcept {
  return server_ != nullptr ? server_->factories() : Unit::factories();
}

gnet::FactoryCounters HostedUnit::counters() const {
  return server_ != nullptr ? server_->counters() : Unit::counters();
}

std::string HostedUnit::metrics() const {
  return server_ != nullptr ? server_->metrics() : std::string();
}

}  // namespace cli
