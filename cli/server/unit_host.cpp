#include "cli/server/unit_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <utility>

#include "cli/out/failure.h"
#include "gnet/sync/event.h"
#include "gnet/sync/group.h"

namespace cli {

Unit& UnitHost::add(const std::string& name, const std::string& type, const Words& words) {
  auto reading = gnet::spawn({.stack_size = kCommandStack}, [&] {
    return std::make_unique<HostedUnit>(name, type, words, json_, hubs_);
  });
  std::unique_ptr<HostedUnit> made = std::move(reading).get();
  if (std::ranges::any_of(units_, [&](const auto& one) { return one->name() == name; })) {
    throw Failure(Exit::usage, fmt::format("there is a service '{}' already", name));
  }
  made->on_end([this] {
    if (on_end) on_end();
  });
  HostedUnit& unit = take(std::move(made));
  std::exception_ptr failure;
  {
    const Unit::Change until_it_has_begun(unit);
    try {
      unit.start();
    } catch (...) {
      failure = std::current_exception();
    }
  }
  if (!failure) return unit;
  // Unless somebody has removed it meanwhile.
  if (const auto failed = release(unit)) {
    failed->wait_for_changes();
    failed->wait_for_uses();
  }
  std::rethrow_exception(failure);
}

HostedUnit& UnitHost::take(std::unique_ptr<HostedUnit> unit) {
  return *units_.emplace_back(std::move(unit));
}

std::unique_ptr<HostedUnit> UnitHost::replace(HostedUnit& former,
                                              std::unique_ptr<HostedUnit>& unit) {
  const auto found =
      std::ranges::find_if(units_, [&](const auto& one) { return one.get() == &former; });
  if (found == units_.end()) return nullptr;
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
  struct Ending {
    explicit Ending(HostedUnit& given) : unit(given) {}
    HostedUnit& unit;
    gnet::Event over;
  };
  std::deque<Ending> endings;
  for (const auto& unit : units_) endings.emplace_back(*unit);
  std::size_t cut = 0;
  gnet::Group group;
  for (Ending& one : endings) {
    group.spawn([&endings, &one, &cut, grace] {
      const Unit::Change until_it_has_ended(one.unit);
      for (Ending& other : endings) {
        if (std::ranges::count(other.unit.rules().after, one.unit.name()) > 0)
          static_cast<void>(other.over.wait(grace));
      }
      cut += one.unit.stop(grace);
      one.over.set();
    });
  }
  group.join();
  while (!units_.empty()) cut += remove(*units_.back(), grace);
  return cut;
}

}  // namespace cli
