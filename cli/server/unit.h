// A service of a process, as who controls the process sees it: it has a name, begins, rests and
// ends, and can be told things.
//
//   for (const auto& unit : units) fmt::print("{} {}\n", unit->name(), to_string(unit->state()));
//
// A process of one server has one; `gnet ctl add` and `gnet run` give it more.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "cli/server/counters.h"
#include "cli/server/ready.h"
#include "gnet/base/chrono.h"
#include "gnet/fiber/deadline.h"
#include "gnet/sync/event.h"

namespace cli {

// Waiting: it has ended by itself, and is about to begin anew.
enum class UnitState { stopped, starting, running, paused, draining, waiting, failed };

[[nodiscard]] std::string_view to_string(UnitState state) noexcept;

class Unit {
 public:
  Unit(std::string name, std::string type) : name_(std::move(name)), type_(std::move(type)) {}
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;
  virtual ~Unit() = default;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::string& type() const noexcept { return type_; }  // "echo-server"
  [[nodiscard]] UnitState state() const noexcept { return state_; }
  [[nodiscard]] gnet::TimePoint since() const noexcept { return since_; }  // of that state

  // ---- life; each does nothing when it is so already ----

  // Begins. Throws Failure (listen) when it cannot.
  virtual void start() = 0;

  // Takes no more work, lets what there is come to its end, and cuts the rest at the deadline: how
  // many. Suspends.
  virtual std::size_t stop(gnet::Deadline grace) = 0;

  // How long that may take where nobody says.
  [[nodiscard]] virtual gnet::Duration grace() const = 0;

  // Ends and begins anew. What waits for it meanwhile goes on waiting, where it can.
  virtual void restart();

  // Takes nothing more; takes it up again. Throws Failure (negative) when it cannot rest.
  virtual void pause();
  virtual void resume();

  // ---- to be told, and asked ----

  // False: nobody there has a use for messages. What it throws is the service's.
  virtual bool notify(std::string_view message);

  [[nodiscard]] virtual std::vector<Listening> listening() const { return {}; }
  [[nodiscard]] virtual const Factories& factories() const noexcept;
  // Those of the factories, and what was turned away before it came to them. Suspends where they
  // have several hubs.
  [[nodiscard]] virtual gnet::FactoryCounters counters() const { return totals(factories()); }
  [[nodiscard]] virtual std::string metrics() const { return {}; }  // for Prometheus
  // How often it has begun anew after an end that nobody wanted.
  [[nodiscard]] virtual std::uint64_t restarts() const noexcept { return 0; }

  // Set at each change of state, and when a Use or a Change ends.
  gnet::Event changed;

  // ---- for those who suspend and go on with it ----

  class Guard {
   public:
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() {
      --count_;
      unit_.changed.set();
    }

   protected:
    Guard(Unit& unit, std::size_t& count) noexcept : unit_(unit), count_(++count) {}

   private:
    Unit& unit_;
    std::size_t& count_;
  };

  // While there is one neither the unit nor its factories are destroyed.
  struct Use : Guard {
    explicit Use(Unit& unit) noexcept : Guard(unit, unit.uses_) {}
  };
  // While there is one the unit is not destroyed.
  struct Change : Guard {
    explicit Change(Unit& unit) noexcept : Guard(unit, unit.changes_) {}
  };

  // Suspend until there is none.
  void wait_for_uses();
  void wait_for_changes();

 protected:
  void enter(UnitState state);

 private:
  const std::string name_;
  const std::string type_;
  std::size_t uses_ = 0;
  std::size_t changes_ = 0;
  UnitState state_ = UnitState::stopped;
  gnet::TimePoint since_ = gnet::Clock::now();
};

// Some units that are used together: what is done with one may suspend, and none may go meanwhile.
class UnitsInUse {
 public:
  explicit UnitsInUse(std::vector<Unit*> units) : units_(std::move(units)) {
    for (Unit* one : units_) uses_.emplace_back(*one);
  }

  [[nodiscard]] auto begin() const noexcept { return units_.begin(); }
  [[nodiscard]] auto end() const noexcept { return units_.end(); }

 private:
  std::vector<Unit*> units_;
  std::deque<Unit::Use> uses_;
};

}  // namespace cli
