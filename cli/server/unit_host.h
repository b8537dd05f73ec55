// The services of a process that were not there when it was compiled: from a file, or by `gnet ctl
// add`.
//
//   UnitHost host(hubs, json);
//   Unit& echo = host.add("echo", "echo-server", {"-p", "6011"});   // it serves
//   host.remove(echo, 10s);
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/server/hosted_unit.h"

namespace cli {

class UnitHost {
 public:
  // `hubs` may be given later; null: this thread alone.
  UnitHost(const std::shared_ptr<gnet::HubGroup>& hubs, bool json) : hubs_(hubs), json_(json) {}

  // Takes a service in and starts it. Throws Failure, also the command's own: then there is none;
  // and when there is one of that name.
  Unit& add(const std::string& name, const std::string& type, const Words& words);

  // Called when one of those that were added has ended by itself.
  std::function<void()> on_end;

  // The same, for one that is there already; it is not started.
  HostedUnit& take(std::unique_ptr<HostedUnit> unit);

  // In the place of another of the same name, which is returned, and still serves its connections;
  // null, and nothing is changed, where that one is none of these any more.
  std::unique_ptr<HostedUnit> replace(HostedUnit& former, std::unique_ptr<HostedUnit>& unit);

  // Gives it back, as it is.
  std::unique_ptr<HostedUnit> release(Unit& unit);

  // Ends it, and forgets it. False: it is none of these.
  [[nodiscard]] bool has(const Unit& unit) const noexcept;
  std::size_t remove(Unit& unit, gnet::Deadline grace);

  // Ends all, each when those have ended that begin after it; they have time until then together.
  std::size_t stop(gnet::Deadline grace);

  [[nodiscard]] const std::vector<std::unique_ptr<HostedUnit>>& units() const noexcept {
    return units_;
  }

 private:
  const std::shared_ptr<gnet::HubGroup>& hubs_;
  const bool json_;
  std::vector<std::unique_ptr<HostedUnit>> units_;
};

}  // namespace cli
