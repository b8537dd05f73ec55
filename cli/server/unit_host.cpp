#include "cli/server/unit_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/control/places.h"
#include "cli/line/parse.h"
#include "cli/line/suggest.h"
#include "cli/out/failure.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/context_var.h"

namespace cli {
namespace {

// Commands are used to that of a process.
constexpr std::size_t kStack = 1024 * 1024;

// Options that are the process's own.
constexpr std::array kOfProcess{
    "--daemon",     "--pid-file",   "--user",      "--chroot",  "--no-new-privs",
    "--name",       "--control",    "--threads",   "--config",  "--die-with-parent",
    "--ready-file", "--ready-fd",   "--json",      "--help",    "--print-port",
    "--log-file",   "--log-format", "--log-level", "--version", "--verbose",
    "--watchdog",   "--quiet",      "--explain",   "--color",   "--stats-interval"};

gnet::ContextVar<HostedUnit*>& hosted() {
  static gnet::ContextVar<HostedUnit*> variable;
  return variable;
}

}  // namespace

const Command& server_command(const std::string& type) {
  std::vector<std::string> servers;
  for (const Command* command : commands()) {
    // Whose services these are runs servers, and is none.
    if (command->find("--drain-timeout") == nullptr || command->name == "run") continue;
    servers.push_back(command->name);
  }
  if (std::ranges::find(servers, type) != servers.end()) return *find_command(type);
  const std::string meant = closest(type, servers);
  throw UsageError(fmt::format("'{}' is no server{}", type,
                               meant.empty() ? "" : "; did you mean '" + meant + "'?"));
}

bool belongs_to_process(const Flag& flag) noexcept {
  return std::ranges::find(kOfProcess, flag.long_name) != kOfProcess.end();
}

HostedUnit::HostedUnit(std::string name, const std::string& type, Words words, bool json,
                       const std::shared_ptr<gnet::HubGroup>& hubs)
    : Unit(std::move(name), type),
      command_(&server_command(type)),
      words_(std::move(words)),
      json_(json),
      hubs_(hubs) {
  check_process_name(this->name());
  read_options();
}

HostedUnit::HostedUnit(std::string name, const Command& command, std::vector<Setting> settings,
                       bool json, const std::shared_ptr<gnet::HubGroup>& hubs)
    : Unit(std::move(name), command.name), command_(&command), json_(json), hubs_(hubs) {
  check_process_name(this->name());
  take_options(std::move(settings));
}

HostedUnit::~HostedUnit() {
  const gnet::Uninterruptible until_it_has_ended;
  stop(gnet::Duration::zero());
}

HostedUnit* HostedUnit::current() noexcept {
  return *hosted();
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
  for (const Part& part : command_->parts) part.check(options.get());
  settings_ = std::move(settings);
  options_ = options;
}

std::string HostedUnit::config(bool json) const {
  return explain(*command_, settings_, options_.get(), json);
}

// ---- life ----

void HostedUnit::listen(SocketStock stock) {
  if (fiber_ && server_ == nullptr) fiber_.join();
  enter(UnitState::starting);
  stock_ = std::move(stock);
  failure_ = nullptr;
  ending_ = false;
  go_.clear();
  begun_.clear();
  fiber_ = gnet::spawn({.name = name(), .stack_size = kStack}, [this] { run(); });
  await_step();
  listens_ = true;
}

// Until the fiber has come to its next step, or failed.
void HostedUnit::await_step() {
  begun_.wait();
  if (!failure_) return;
  fiber_.join();
  enter(UnitState::failed);
  std::rethrow_exception(failure_);
}

void HostedUnit::start() {
  if (server_ != nullptr && !listens_) return server_->start(), enter(UnitState::running);
  if (!listens_) listen();
  listens_ = false;
  begun_.clear();
  go_.set();
  await_step();
  enter(UnitState::running);
}

void HostedUnit::run() {
  const auto scope = hosted().set(this);
  try {
    static_cast<void>(command_->run(options_.get()));
    if (!begun_.is_set()) throw Failure(Exit::negative, "it ended before it served");
  } catch (const gnet::Interrupt&) {
    throw;
  } catch (...) {
    failure_ = std::current_exception();
  }
  begun_.set();
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
  begun_.set();
  go_.wait();
  server.share(hubs_);
  if (!ending_) server.start();
  begun_.set();
  const gnet::Deadline lifetime = gnet::Deadline::within(options.lifetime);
  gnet::Event& woken = server.rules().admission.changed;
  while (!ending_ && !server.is_over() && !lifetime.passed() && !server.idle_limit().passed()) {
    if (server.rules().admission.exhausted()) server.close_listeners();
    static_cast<void>(woken.wait(lifetime.earlier(server.idle_limit())));
    woken.clear();
  }
  const std::size_t cut = server.stop(gnet::Deadline(server.grace()));
  server_ = nullptr;
  wait_for_uses();
  server.wait_for_changes();
  if (!ending_) enter(UnitState::stopped);
  return cut == 0 ? Exit::ok : Exit::cut;
}

SocketStock HostedUnit::hand_over() {
  return server_ != nullptr ? server_->hand_over() : SocketStock();
}

std::size_t HostedUnit::stop(gnet::Deadline grace) {
  if (server_ == nullptr) {
    if (fiber_) fiber_.join();
    return 0;
  }
  enter(UnitState::draining);
  ServerUnit& server = *server_;
  ending_ = true;
  listens_ = false;
  go_.set();
  std::size_t cut = 0;
  {
    const Change until_it_has_stopped(server);
    cut = server.stop(grace);
    server.rules().admission.changed.set();
  }
  fiber_.join();
  enter(UnitState::stopped);
  return cut;
}

gnet::Duration HostedUnit::grace() const {
  return server_ != nullptr ? server_->grace() : gnet::Duration(std::chrono::seconds(10));
}

gnet::Duration HostedUnit::quiet() const {
  return server_ != nullptr ? server_->options().drain_quiet : gnet::Duration();
}

void HostedUnit::restart() {
  if (server_ == nullptr) return start();
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

// ---- all of them ----

Unit& UnitHost::add(const std::string& name, const std::string& type, const Words& words) {
  auto reading = gnet::spawn({.stack_size = kStack}, [&] {
    return std::make_unique<HostedUnit>(name, type, words, json_, hubs_);
  });
  std::unique_ptr<HostedUnit> unit = std::move(reading).get();
  unit->start();
  return *units_.emplace_back(std::move(unit));
}

HostedUnit& UnitHost::take(std::unique_ptr<HostedUnit> unit) {
  return *units_.emplace_back(std::move(unit));
}

std::unique_ptr<HostedUnit> UnitHost::replace(HostedUnit& former,
                                              std::unique_ptr<HostedUnit> unit) {
  const auto found =
      std::ranges::find_if(units_, [&](const auto& one) { return one.get() == &former; });
  return std::exchange(*found, std::move(unit));
}

bool UnitHost::has(const Unit& unit) const noexcept {
  return std::ranges::any_of(units_, [&](const auto& one) { return one.get() == &unit; });
}

std::unique_ptr<HostedUnit> UnitHost::release(Unit& unit) {
  const auto found =
      std::ranges::find_if(units_, [&](const auto& one) { return one.get() == &unit; });
  if (found == units_.end()) return nullptr;
  std::unique_ptr<HostedUnit> released = std::move(*found);
  units_.erase(found);
  return released;
}

std::size_t UnitHost::remove(Unit& unit, gnet::Deadline grace) {
  const std::unique_ptr<HostedUnit> removed = release(unit);
  if (removed == nullptr) return 0;
  const std::size_t cut = removed->stop(grace);
  removed->wait_for_changes();
  removed->wait_for_uses();
  return cut;
}

std::size_t UnitHost::stop(gnet::Deadline grace) {
  std::size_t cut = 0;
  while (!units_.empty()) cut += remove(*units_.back(), grace);
  return cut;
}

}  // namespace cli
