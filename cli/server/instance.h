// A process that serves, as its control socket sees it: its services, and what is done with all of
// them.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/flag.h"
#include "cli/server/unit.h"
#include "gnet/os/hub_group.h"

namespace cli {

class Instance {
 public:
  virtual ~Instance() = default;

  [[nodiscard]] virtual std::string name() const = 0;     // as --name, or that of what it serves
  [[nodiscard]] virtual std::string command() const = 0;  // "echo-server"
  [[nodiscard]] virtual std::vector<Unit*> units() const = 0;
  [[nodiscard]] virtual const std::shared_ptr<gnet::HubGroup>& hubs() const noexcept = 0;

  // What SIGHUP does, and what came of it.
  struct Reload {
    bool ok = false;
    std::vector<std::string> changed = {};
    std::vector<std::string> restart = {};  // options that would need one
    std::string message = {};               // why not
  };
  virtual Reload reload() = 0;

  // Ends the process, as SIGTERM does; `now`: connections are cut at once.
  virtual void shutdown(bool now) = 0;

  // Begins another service: a command and its options. Throws Failure, also the command's own.
  virtual Unit& add(const std::string& name, const std::string& type, const Words& words) = 0;

  // Ends one that was added, and forgets it; returns how many connections were cut. Throws Failure
  // (negative) for one that the process was started with.
  virtual std::size_t remove(Unit& unit, gnet::Deadline grace) = 0;

  // Options and where they come from; of the process, or of a service. JSON, or text for people.
  [[nodiscard]] virtual std::string config(const Unit* unit, bool json) const = 0;
};

}  // namespace cli
