#include "cli/server/serve_services.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <system_error>

#include "cli/control/event_feed.h"
#include "cli/out/failure.h"
#include "cli/server/process.h"
#include "gnet/base/error.h"
#include "gnet/fiber/wait.h"
#include "gnet/os/file_watch.h"

namespace cli {
namespace {

// Who changes several files, or one several times, is given so long.
constexpr gnet::Duration kQuiet = std::chrono::milliseconds(50);

class ServicesRun final : public Process {
 public:
  ServicesRun(const GlobalOptions& global, const ServerOptions& options, const ServicesToRun& what)
      : Process(global, options, "run"), what_(what), plan_(read_services(what.path), what.choice) {
    if (!plan_.services().empty() || what.allow_none) return;
    throw UsageError(fmt::format("{} has no services", what.path), "--allow-empty runs without");
  }

  ~ServicesRun() override {
    const gnet::Uninterruptible until_they_have_ended;
    watcher_.kill();
    former_.join();
  }

  [[nodiscard]] std::string command() const override { return "run"; }

  [[nodiscard]] std::string config(const Unit* unit, bool json) const override {
    const auto* const hosted = dynamic_cast<const HostedUnit*>(unit);
    return hosted != nullptr ? hosted->config(json) : live_options().explain(json);
  }

 private:
  void open() override {
    for (const PlannedService& service : plan_.services()) {
      HostedUnit& unit = host().take(make(service));
      try {
        unit.listen();
      } catch (const Failure& failure) {
        throw Failure(failure.code(), fmt::format("service '{}': {}", service.name, failure.what()),
                      failure.hint(), failure.endpoint(), failure.cause());
      }
    }
    if (what_.watch) watch_files();
  }

  [[nodiscard]] std::unique_ptr<HostedUnit> make(const PlannedService& service) {
    auto settings = service.settings([this](const std::string& name) { return port_of(name); });
    auto unit = std::make_unique<HostedUnit>(service.name, *service.command, std::move(settings),
                                             global().json, hubs(), service.rules);
    unit->on_end([this] { woken->set(); });
    return unit;
  }

  [[nodiscard]] std::string port_of(const std::string& name) const {
    for (const auto& unit : host().units()) {
      if (unit->name() != name) continue;
      for (const Listening& where : unit->listening()) {
        if (where.port != 0) return std::to_string(where.port);
      }
    }
    throw BadValue(fmt::format("'{}' has no port", name));
  }

  [[nodiscard]] std::vector<Listening> listening() const override {
    std::vector<Listening> all;
    for (const auto& unit : host().units()) {
      for (Listening& where : unit->listening()) all.push_back(std::move(where));
    }
    return all;
  }

  // Each begins when those have that it waits for; all others at the same time.
  void about_to_be_ready() override {
    struct Beginning {
      explicit Beginning(HostedUnit& given) : unit(given) {}
      HostedUnit& unit;
      gnet::Event over;
    };
    std::deque<Beginning> beginnings;
    for (const auto& unit : host().units()) beginnings.emplace_back(*unit);
    gnet::Group group;
    std::size_t left = beginnings.size();
    for (Beginning& one : beginnings) {
      group.spawn([this, &beginnings, &one, &left] {
        const Unit::Change until_it_has_begun(one.unit);
        for (Beginning& other : beginnings) {
          if (waits_for(one.unit, other.unit)) other.over.wait();
        }
        begin(one.unit);
        one.over.set();
        --left;
        woken->set();
      });
    }
    while (left > 0 && !stopping() && !has_failed()) {
      woken->wait();
      woken->clear();
    }
    group.kill();
  }

  void begin(HostedUnit& unit) {
    if (unit.state() != UnitState::starting) return;  // it was told otherwise meanwhile
    try {
      unit.start();
    } catch (const Failure&) {
      // What has become of it is known, and told, where it ends.
    }
  }

  static bool waits_for(const HostedUnit& unit, const HostedUnit& other) {
    const auto& after = unit.rules().after;
    return std::ranges::find(after, other.name()) != after.end();
  }

  void start() override {
    if (!files_) return;
    watcher_ = gnet::spawn({.name = "watch"}, [this] { follow_files(); });
  }

  // ---- its end ----

  // A service has failed without which the others are not to go on.
  [[nodiscard]] bool has_failed() const override {
    const auto& units = host().units();
    const auto failed = [](const auto& unit) {
      return unit->ended().value_or(Exit::ok) != Exit::ok;
    };
    const auto must_not = [&](const auto& unit) {
      return failed(unit) && (unit->rules().life.required || what_.on_failure == OnFailure::stop);
    };
    return failed_for_good_ || std::ranges::any_of(units, must_not) ||
           (nothing_is_left() && std::ranges::any_of(units, failed));
  }

  [[nodiscard]] bool nothing_is_left() const {
    const auto& units = host().units();
    return !units.empty() &&
           std::ranges::all_of(units, [](const auto& unit) { return unit->ended().has_value(); });
  }

  [[nodiscard]] bool is_over() override {
    failed_for_good_ = has_failed();
    return failed_for_good_ || nothing_is_left();
  }

  void stop_listening() override {}

  [[nodiscard]] std::uint64_t sessions() const override {
    std::uint64_t active = 0;
    for (const auto& unit : host().units()) active += totals(unit->factories()).active;
    return active;
  }

  [[nodiscard]] gnet::Duration grace() const override { return options().drain_timeout; }

  ServerUnit::Losses end(gnet::Deadline grace) override {
    static_cast<void>(former_.join(grace));
    return {.cut = cut_};
  }

  // ---- another file ----

  // Before the process gives up what it may read.
  void watch_files() {
    std::vector<std::string> paths{what_.path};
    if (!what_.choice.env_file.empty()) paths.push_back(what_.choice.env_file);
    try {
      files_.emplace(std::move(paths));
    } catch (const std::system_error& error) {
      throw Failure(Exit::io, gnet::describe(error), {}, {}, error.code());
    }
  }

  void follow_files() {
    while (files_->wait()) {
      while (files_->wait(gnet::Deadline(kQuiet))) {
      }
      static_cast<void>(reload());
    }
  }

  // Everything is read and checked before anything is changed.
  Reload read_again() override {
    LiveOptions::Update update = live_options().read_again();
    const ServicePlan fresh(read_services(what_.path), what_.choice);
    if (fresh.services().empty() && !what_.allow_none) {
      throw UsageError(fmt::format("{} has no services", what_.path));
    }
    Reload done{.changed = update.changed, .restart = update.restart};
    adopt(*update.global, update.changed, update.part(options()).stats_interval);
    live_options().adopt(std::move(update));
    remove_missing(fresh, done);
    for (const PlannedService& service : fresh.services()) bring_up(service, done);
    plan_ = fresh;
    log().info("read {} again: {}", what_.path,
               done.changed.empty() ? "nothing has changed"
                                    : fmt::format("{}", fmt::join(done.changed, ", ")));
    tell_event(
        event("reload").add("ok", true).add("changed", done.changed).add("restart", done.restart),
        global().json);
    return done;
  }

  [[nodiscard]] const PlannedService* planned(const std::string& name) const {
    const auto found = std::ranges::find(plan_.services(), name, &PlannedService::name);
    return found != plan_.services().end() ? &*found : nullptr;
  }

  [[nodiscard]] HostedUnit* running(const std::string& name) const {
    for (const auto& unit : host().units()) {
      if (unit->name() == name) return unit.get();
    }
    return nullptr;
  }

  // What was added by hand stays.
  void remove_missing(const ServicePlan& fresh, Reload& done) {
    for (const PlannedService& old : plan_.services()) {
      const auto& now = fresh.services();
      if (std::ranges::find(now, old.name, &PlannedService::name) != now.end()) continue;
      HostedUnit* const unit = running(old.name);
      if (unit == nullptr) continue;
      done.changed.push_back(old.name);
      retire(host().release(*unit), gnet::Duration::zero());
    }
  }

  void bring_up(const PlannedService& service, Reload& done) {
    const PlannedService* const before = planned(service.name);
    HostedUnit* const unit = running(service.name);
    const bool is_as_before = before != nullptr && *before == service;
    if (unit != nullptr && is_as_before && failed_.erase(service.name) == 0) return;
    done.changed.push_back(service.name);
    try {
      auto next = make(service);
      if (unit == nullptr) {
        next->listen();
        host().take(std::move(next)).start();
        return;
      }
      if (!unit->is_server() || !next->is_server()) {
        const Unit::Change until_it_has_ended(*unit);
        unit->stop(gnet::Deadline(unit->grace()));
      }
      next->listen(unit->hand_over());
      next->start();
      auto former = host().replace(*unit, std::move(next));
      const gnet::Duration quiet = former->quiet();
      retire(std::move(former), quiet);
    } catch (const Failure& failure) {
      log().error("service '{}': {}", service.name, failure.what());
      done.restart.push_back(service.name);
      failed_.insert(service.name);
      if (unit != nullptr) bring_back(*unit);
    }
  }

  // Its sockets went to the one that was to follow it, and could not.
  void bring_back(HostedUnit& unit) {
    try {
      const Unit::Change until_it_has_begun(unit);
      unit.stop(gnet::Deadline(unit.grace()));
      unit.start();
    } catch (const Failure& failure) {
      log().error("service '{}' is lost: {}", unit.name(), failure.what());
    }
  }

  // Its connections come to their end; those that have just come may say what for before that.
  void retire(std::unique_ptr<HostedUnit> unit, gnet::Duration quiet) {
    former_.spawn([this, quiet, held = std::shared_ptr<HostedUnit>(std::move(unit))] {
      gnet::sleep(quiet);
      cut_ += held->stop(gnet::Deadline(held->grace()));
      held->wait_for_changes();
      held->wait_for_uses();
    });
  }

  const ServicesToRun& what_;
  ServicePlan plan_;
  std::optional<gnet::FileWatch> files_;
  gnet::Fiber<> watcher_;
  bool failed_for_good_ = false;
  std::set<std::string> failed_;  // which are not as the plan says
  std::uint64_t cut_ = 0;
  gnet::Group former_;
};

}  // namespace

Exit serve_services(const GlobalOptions& global, const ServerOptions& options,
                    const ServicesToRun& what) {
  return ServicesRun(global, options, what).run();
}

}  // namespace cli
