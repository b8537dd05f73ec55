#include "cli/server/services.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/control/places.h"
#include "cli/line/config_file.h"
#include "cli/line/env_file.h"
#include "cli/line/suggest.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "gnet/base/utf8.h"

namespace cli {
namespace {

using Entry = ServicesFile::Entry;

constexpr std::string_view kType = "type";

const Flag* flag_with_key(const std::vector<Flag>& flags, std::string_view key) {
  const auto found =
      std::ranges::find_if(flags, [&](const Flag& flag) { return flag.key() == key; });
  return found != flags.end() ? &*found : nullptr;
}

// What the file says of a service beside the options of its command.
const Flag* life_with_key(std::string_view key) {
  return flag_with_key(ServiceLife::flags(), key);
}

const Flag& option_of(const Command& command, const Entry& entry, const std::string& place) {
  if (const Flag* flag = life_with_key(entry.key)) return *flag;
  std::vector<std::string> known{std::string(kType)};
  for (const Flag& flag : ServiceLife::flags()) known.push_back(flag.key());
  for (const FlagGroup& group : command.groups) {
    if (const Flag* flag = flag_with_key(group.flags, entry.key)) {
      if (!belongs_to_process(*flag)) return *flag;
      throw UsageError(
          fmt::format("{}: '{}' belongs to the process: it stands in [gnet]", place, entry.key));
    }
    for (const Flag& flag : group.flags) {
      if (!belongs_to_process(flag)) known.push_back(flag.key());
    }
  }
  const std::string meant = closest(entry.key, known);
  throw UsageError(fmt::format("{}: unknown key '{}' for '{}'{}", place, entry.key, command.name,
                               meant.empty() ? "" : "; did you mean '" + meant + "'?"));
}

[[noreturn]] void refuse_value(const std::string& place, const Entry& entry,
                               const std::string& word, const BadValue& bad) {
  throw UsageError(fmt::format("{}: bad value '{}' for '{}': {}", place, gnet::printable(word),
                               entry.key, bad.what()));
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

// ---- one service ----

std::vector<Setting> PlannedService::settings(const Port& port) const {
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (life_with_key(entry.key) != nullptr) continue;
    const Flag& flag = option_of(*command, entry, origins[i]);
    for (const std::string& word : entry.words) {
      try {
        settings.push_back({&flag, substitute(word, port), origins[i], 0});
      } catch (const BadValue& bad) {
        refuse_value(origins[i], entry, word, bad);
      }
    }
  }
  return settings;
}

bool PlannedService::refers_to_ports() const {
  return std::ranges::any_of(entries, [](const Entry& entry) {
    return std::ranges::any_of(entry.words,
                               [](const std::string& word) { return !references(word).empty(); });
  });
}

bool PlannedService::operator==(const PlannedService& other) const {
  const auto same = [](const Entry& a, const Entry& b) {
    return a.key == b.key && a.words == b.words;
  };
  return command == other.command && rules.after == other.rules.after &&
         rules.variables == other.rules.variables &&
         std::ranges::equal(entries, other.entries, same);
}

// ---- what a file says of it ----

namespace {

class Planner {
 public:
  Planner(const ServicesFile& file, const Variables& variables)
      : file_(file), variables_(variables) {}

  // As the file has it, with the values of variables.
  PlannedService read(const ServicesFile::Section& section) const {
    PlannedService service{.name = section.name};
    check_process_name(section.name);
    for (const Entry& entry : section.entries) {
      service.entries.push_back(entry);
      service.origins.push_back(file_.place(entry.line, entry.column));
    }
    return service;
  }

  // What is about the service is taken out of its options, and all of them are looked at.
  void complete(PlannedService& service) const {
    for (std::size_t i = 0; i < service.entries.size(); ++i) {
      service.written.push_back(fmt::format("{}", fmt::join(service.entries[i].words, " ")));
      fill_in(service, i);
    }
    const std::string type = take_type(service);
    const auto section =
        std::ranges::find(file_.services, service.name, &ServicesFile::Section::name);
    const std::string place = file_.place(section->line, section->column);
    if (type.empty()) throw UsageError(fmt::format("{}: '{}' has no type", place, service.name));
    try {
      service.command = &service_command(type);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}: {}", place, error.what()));
    }
    if (service.command->service == ServiceKind::program) service.rules.variables = variables_;
    check(service, place);
  }

 private:
  void fill_in(PlannedService& service, std::size_t number) const {
    Entry& entry = service.entries[number];
    for (std::string& word : entry.words) {
      try {
        word = substitute_variables(
            word, [this](const std::string& name) { return variable(variables_, name); });
      } catch (const BadValue& bad) {
        refuse_value(service.origins[number], entry, word, bad);
      }
      for (std::string& name : references(word)) service.rules.after.push_back(std::move(name));
    }
  }

  static std::string take_type(PlannedService& service) {
    const auto found = std::ranges::find(service.entries, kType, &Entry::key);
    if (found == service.entries.end()) return {};
    const std::string type = found->words.size() == 1 ? found->words.front() : std::string();
    service.origins.erase(service.origins.begin() + (found - service.entries.begin()));
    service.written.erase(service.written.begin() + (found - service.entries.begin()));
    service.entries.erase(found);
    return type;
  }

  // Values as well, where they refer to nothing that is known later only.
  void check(PlannedService& service, const std::string& place) const {
    std::vector<Setting> life;
    for (std::size_t i = 0; i < service.entries.size(); ++i) {
      const Entry& entry = service.entries[i];
      const Flag& flag = option_of(*service.command, entry, service.origins[i]);
      for (const std::string& word : entry.words) {
        if (life_with_key(entry.key) != nullptr) {
          life.push_back({&flag, word, service.origins[i], 0});
        }
      }
    }
    ServiceRules& rules = service.rules;
    apply_settings(life, &rules.life);
    rules.after.insert(rules.after.end(), rules.life.after.begin(), rules.life.after.end());
    const auto options = service.command->make_options();
    apply_settings(service.settings([](const std::string&) { return std::string("1"); }),
                   options.get());
    if (service.refers_to_ports()) return;
    try {
      service.command->check(options.get());
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}: {}", place, error.what()));
    }
  }

  const ServicesFile& file_;
  const Variables& variables_;
};

void check_names(const ServicesFile& file) {
  std::set<std::string> names;
  for (const ServicesFile::Section& section : file.services) {
    if (names.insert(section.name).second) continue;
    throw UsageError(fmt::format("{}: '{}' is there twice",
                                 file.place(section.line, section.column), section.name));
  }
}

}  // namespace

// ---- all of them ----

ServicePlan::ServicePlan(const ServicesFile& file, const ServiceChoice& choice) {
  check_names(file);
  const Variables variables =
      choice.env_file.empty() ? Variables() : read_env_file(choice.env_file);
  const Planner planner(file, variables);
  for (const ServicesFile::Section& section : file.services) {
    services_.push_back(planner.read(section));
  }
  for (const std::string& assignment : choice.set) apply(assignment);
  leave_out(file, choice);
  for (PlannedService& service : services_) planner.complete(service);
  sort(file.path);
}

void ServicePlan::leave_out(const ServicesFile& file, const ServiceChoice& choice) {
  for (const auto* list : {&choice.only, &choice.except}) {
    for (const std::string& name : *list) {
      if (std::ranges::find(services_, name, &PlannedService::name) != services_.end()) continue;
      throw UsageError(fmt::format("{}: there is no service '{}'", file.path, name));
    }
  }
  std::erase_if(services_, [&](const PlannedService& one) {
    return contains(choice.except, one.name) ||
           (!choice.only.empty() && !contains(choice.only, one.name));
  });
}

// "service.echo.port=0"
void ServicePlan::apply(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  const std::string path = assignment.substr(0, equals);
  const std::size_t dot = path.rfind('.');
  constexpr std::string_view kService = "service.";
  if (equals == std::string::npos || !path.starts_with(kService) || dot < kService.size()) {
    throw UsageError(
        fmt::format("--set {}: must be service.NAME.KEY=VALUE", gnet::printable(assignment)));
  }
  const std::string name = path.substr(kService.size(), dot - kService.size());
  const auto service = std::ranges::find(services_, name, &PlannedService::name);
  if (service == services_.end()) {
    throw UsageError(fmt::format("--set {}: there is no service '{}'", assignment, name));
  }
  Entry entry{.key = config_key(path.substr(dot + 1)), .words = {assignment.substr(equals + 1)}};
  const auto found = std::ranges::find(service->entries, entry.key, &Entry::key);
  if (found != service->entries.end()) {
    service->origins[static_cast<std::size_t>(found - service->entries.begin())] = "--set";
    *found = std::move(entry);
  } else {
    service->entries.push_back(std::move(entry));
    service->origins.emplace_back("--set");
  }
}

// Those come first that others wait for.
void ServicePlan::sort(const std::string& path) {
  std::vector<PlannedService> sorted;
  while (!services_.empty()) {
    const auto next = std::ranges::find_if(services_, [&](const PlannedService& one) {
      return std::ranges::all_of(one.rules.after, [&](const std::string& name) {
        return std::ranges::find(sorted, name, &PlannedService::name) != sorted.end();
      });
    });
    if (next == services_.end()) {
      const PlannedService& stuck = services_.front();
      for (const std::string& name : stuck.rules.after) {
        if (std::ranges::find(services_, name, &PlannedService::name) != services_.end() ||
            std::ranges::find(sorted, name, &PlannedService::name) != sorted.end()) {
          continue;
        }
        throw UsageError(
            fmt::format("{}: '{}' waits for '{}', which is not there", path, stuck.name, name));
      }
      throw UsageError(fmt::format("{}: '{}' waits for itself", path, stuck.name));
    }
    sorted.push_back(std::move(*next));
    services_.erase(next);
  }
  services_ = std::move(sorted);
}

std::string ServicePlan::explain(bool json) const {
  std::string text;
  JsonObject document;
  for (const PlannedService& service : services_) {
    JsonObject about;
    about.add("type", service.command->name);
    text += fmt::format("[service.{}]\ntype = {}\n", service.name, service.command->name);
    for (std::size_t i = 0; i < service.entries.size(); ++i) {
      const Entry& entry = service.entries[i];
      // Variables are often secrets, and stay what they are called.
      std::string value = service.written[i];
      if (option_of(*service.command, entry, service.origins[i]).secret) value = "***";
      about.add(entry.key, JsonObject().add("value", value).add("origin", service.origins[i]));
      text +=
          fmt::format("{:<20} {:<24} {}\n", entry.key, gnet::printable(value), service.origins[i]);
    }
    document.add(service.name, about);
  }
  return json ? document.text() + "\n" : text;
}

}  // namespace cli
