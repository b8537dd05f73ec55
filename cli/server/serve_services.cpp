#include "cli/server/serve_services.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <system_error>

#include "cli/control/event_feed.h"
#include "cli/out/failure.h"
#include "cli/server/process.h"
#include "gnet/base/error.h"
#include "gnet/base/unique_fd.h"
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
    close_input();
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

  // Standard input is of nobody: several who read it would each get a part.
  static void close_input() {
    const gnet::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (nothing) dup2(nothing.get(), STDIN_FILENO);
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
        struct Over {
          ~Over() {
            one.over.set();
            --left;
            woken.set();
          }
          Beginning& one;
          std::size_t& left;
          gnet::Event& woken;
        } const over{one, left, *woken};
        const Unit::Change until_it_has_begun(one.unit);
        for (Beginning& other : beginnings) {
          if (waits_for(one.unit, other.unit)) other.over.wait();
        }
        begin(one.unit);
      });
    }
    while (left > 0 && !stopping() && !has_failed() && !lifetime().passed()) {
      static_cast<void>(woken->wait(lifetime()));
      woken->clear();
    }
    group.kill();
  }

  static void begin(HostedUnit& unit) {
    if (unit.state() != UnitState::starting) return;  // it was told otherwise meanwhile
    try {
      unit.start();
    } catch (const std::exception&) {
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

  // Of those as well that a reload has replaced, or removed.
  ServerUnit::Losses end(gnet::Deadline grace) override {
    gnet::Group endings;
    for (const auto& one : retired_) {
      endings.spawn([this, grace, &unit = *one] {
        const Unit::Change until_it_has_ended(unit);
        cut_ += unit.stop(grace);
      });
    }
    endings.join();
    former_.join();
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

  // As it was before, what it refers to included.
  [[nodiscard]] bool is_as_before(const PlannedService& service, const HostedUnit& unit) const {
    const PlannedService* const before = planned(service.name);
    if (before == nullptr || !(*before == service)) return false;
    if (!service.refers_to_ports()) return true;
    const auto port = [this](const std::string& name) { return port_of(name); };
    const auto same = [](const Setting& now, const Setting& then) {
      return now.flag == then.flag && now.word == then.word;
    };
    const std::vector<Setting> now = service.settings(port);
    const std::vector<Setting>& then = unit.settings();  // and perhaps --json
    return now.size() <= then.size() && std::equal(now.begin(), now.end(), then.begin(), same);
  }

  void bring_up(const PlannedService& service, Reload& done) {
    if (closed()) return;  // the end has come meanwhile
    HostedUnit* const unit = running(service.name);
    try {
      if (unit == nullptr) {
        done.changed.push_back(service.name);
        auto next = make(service);
        next->listen();
        if (!closed()) begin_in_place(host().take(std::move(next)));
        return;
      }
      const Unit::Change until_it_is_replaced(*unit);
      if (is_as_before(service, *unit) && failed_.erase(service.name) == 0) return;
      done.changed.push_back(service.name);
      auto next = make(service);
      if (unit->is_server() && next->is_server()) {
        hand_over(*unit, std::move(next));
      } else {
        take_turns(*unit, std::move(next));
      }
      failed_.erase(service.name);
    } catch (const std::exception& error) {
      log().error("service '{}': {}", service.name, gnet::describe(error));
      done.restart.push_back(service.name);
      failed_.insert(service.name);
    }
  }

  // It is one of the others already, and may be told to end by anybody.
  static void begin_in_place(HostedUnit& unit) {
    const Unit::Change until_it_has_begun(unit);
    begin(unit);
  }

  // From one server to the next, with nobody refused.
  void hand_over(HostedUnit& unit, std::unique_ptr<HostedUnit> next) {
    try {
      next->listen(unit.hand_over());
      next->start();
    } catch (const std::exception&) {
      bring_back(unit);
      throw;
    }
    put_in_place(unit, std::move(next));
  }

  // A client or a program has to end before the next one begins, which is ready to.
  void take_turns(HostedUnit& unit, std::unique_ptr<HostedUnit> next) {
    next->listen();
    unit.stop(gnet::Deadline(unit.grace()));
    if (HostedUnit* const placed = put_in_place(unit, std::move(next))) begin_in_place(*placed);
  }

  // Null: somebody has removed the one before meanwhile, or all of them end.
  HostedUnit* put_in_place(HostedUnit& unit, std::unique_ptr<HostedUnit> next) {
    if (closed()) return nullptr;
    HostedUnit* const placed = next.get();
    auto former = host().replace(unit, next);
    if (former == nullptr) return nullptr;
    const gnet::Duration quiet = former->quiet();
    retire(std::move(former), quiet);
    return placed;
  }

  // Its sockets went to the one that was to follow it, and could not.
  void bring_back(HostedUnit& unit) {
    try {
      unit.stop(gnet::Deadline(unit.grace()));
      unit.start();
    } catch (const std::exception& error) {
      log().error("service '{}' is lost: {}", unit.name(), gnet::describe(error));
    }
  }

  // Its connections come to their end; those that have just come may say what for before that.
  void retire(std::unique_ptr<HostedUnit> unit, gnet::Duration quiet) {
    const auto held = retired_.insert(retired_.end(), std::move(unit));
    former_.spawn([this, quiet, held] {
      HostedUnit& one = **held;
      gnet::sleep(quiet);
      cut_ += one.stop(gnet::Deadline(one.grace()));
      one.wait_for_changes();
      one.wait_for_uses();
      retired_.erase(held);
    });
  }

  const ServicesToRun& what_;
  ServicePlan plan_;
  std::optional<gnet::FileWatch> files_;
  gnet::Fiber<> watcher_;
  bool failed_for_good_ = false;
  std::set<std::string> failed_;  // which are not as the plan says
  std::uint64_t cut_ = 0;
  std::list<std::unique_ptr<HostedUnit>> retired_;
  gnet::Group former_;  // whose connections come to their end
};

}  // namespace

Exit serve_services(const GlobalOptions& global, const ServerOptions& options,
                    const ServicesToRun& what) {
  return ServicesRun(global, options, what).run();
}

}  // namespace cli
