// The services of a file, worked out before any of them begins: their commands, their options with
// the place that each comes from, and in which order they begin.
//
//   const ServicePlan plan(read_services("gnet.toml"), {.only = {"echo"}});
//   for (const PlannedService& one : plan.services()) …
//
// Threads: any, one at a time.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/line/command.h"
#include "cli/line/services_file.h"
#include "cli/line/settings.h"
#include "cli/server/hosted_unit.h"

namespace cli {

// Which of the services, and what is otherwise than the file says.
struct ServiceChoice {
  std::vector<std::string> only = {};  // empty: all
  std::vector<std::string> except = {};
  std::vector<std::string> set = {};  // "service.echo.port=0"
  std::string env_file = {};          // variables, beside those of the environment
};

struct PlannedService {
  std::string name;
  const Command* command = nullptr;
  ServiceRules rules = {};
  std::vector<ServicesFile::Entry> entries = {};  // without references to variables
  std::vector<std::string> origins = {};          // of each: "gnet.toml:3:7", "--set"
  std::vector<std::string> written = {};          // of each its words, as they stand there

  // The options; `port` gives the port of a service. Throws UsageError that names the place.
  using Port = std::function<std::string(const std::string& service)>;
  [[nodiscard]] std::vector<Setting> settings(const Port& port) const;

  // Whether some of them depend on ports, which may be others next time.
  [[nodiscard]] bool refers_to_ports() const;

  [[nodiscard]] bool operator==(const PlannedService& other) const;
};

class ServicePlan {
 public:
  // Checks everything that can be told before a service begins. Throws UsageError: unknown types,
  // keys and names, values that are none, services that wait for each other.
  ServicePlan(const ServicesFile& file, const ServiceChoice& choice);

  // In the order in which they begin.
  [[nodiscard]] const std::vector<PlannedService>& services() const noexcept { return services_; }

  // Options and where they come from: text, or JSON.
  [[nodiscard]] std::string explain(bool json) const;

 private:
  void apply(const std::string& assignment);
  void leave_out(const ServicesFile& file, const ServiceChoice& choice);
  void sort(const std::string& path);

  std::vector<PlannedService> services_;
};

}  // namespace cli
