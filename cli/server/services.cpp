#include "cli/server/services.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/control/places.h"
#include "cli/line/config_file.h"
#include "cli/line/suggest.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/server/unit_host.h"
#include "gnet/base/utf8.h"

namespace cli {
namespace {

using Entry = ServicesFile::Entry;

// Keys of a service that are no options of its command.
bool is_about_service(std::string_view key) noexcept {
  return key == "type" || key == "after";
}

const Flag* flag_with_key(const Command& command, std::string_view key) {
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      if (flag.key() == key) return &flag;
    }
  }
  return nullptr;
}

const Flag& option_of(const Command& command, const Entry& entry, const std::string& place) {
  if (const Flag* flag = flag_with_key(command, entry.key)) {
    if (!belongs_to_process(*flag)) return *flag;
    throw UsageError(
        fmt::format("{}: '{}' belongs to the process: it stands in [gnet]", place, entry.key));
  }
  std::vector<std::string> known{"type", "after"};
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      if (!belongs_to_process(flag)) known.push_back(flag.key());
    }
  }
  const std::string meant = closest(entry.key, known);
  throw UsageError(fmt::format("{}: unknown key '{}' for '{}'{}", place, entry.key, command.name,
                               meant.empty() ? "" : "; did you mean '" + meant + "'?"));
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

// ---- one service ----

std::vector<Setting> PlannedService::settings(
    const std::function<std::string(const std::string& service)>& port) const {
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const Flag& flag = option_of(*command, entry, origins[i]);
    for (const std::string& word : entry.words) {
      try {
        settings.push_back({&flag, substitute(word, port), origins[i], 0});
      } catch (const BadValue& bad) {
        throw UsageError(fmt::format("{}: bad value '{}' for '{}': {}", origins[i],
                                     gnet::printable(word), entry.key, bad.what()));
      }
    }
  }
  return settings;
}

bool PlannedService::operator==(const PlannedService& other) const {
  const auto same = [](const Entry& a, const Entry& b) {
    return a.key == b.key && a.words == b.words;
  };
  return command == other.command && after == other.after &&
         std::ranges::equal(entries, other.entries, same);
}

// ---- all of them ----

ServicePlan::ServicePlan(const ServicesFile& file, const ServiceChoice& choice) {
  check_names(file);
  ServicesFile changed = file;
  for (const ServicesFile::Section& section : changed.services) {
    PlannedService service{.name = section.name};
    check_process_name(section.name);
    for (const Entry& entry : section.entries) {
      service.entries.push_back(entry);
      service.origins.push_back(file.place(entry.line, entry.column));
    }
    services_.push_back(std::move(service));
  }
  for (const std::string& assignment : choice.set) apply(assignment);
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
  sort(file);
}

void ServicePlan::check_names(const ServicesFile& file) const {
  std::set<std::string> names;
  for (const ServicesFile::Section& section : file.services) {
    if (names.insert(section.name).second) continue;
    throw UsageError(fmt::format("{}: '{}' is there twice",
                                 file.place(section.line, section.column), section.name));
  }
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

// What is about a service is taken out of its options; then those come first that others wait for.
void ServicePlan::sort(const ServicesFile& file) {
  for (PlannedService& service : services_) {
    std::string type;
    for (std::size_t i = 0; i < service.entries.size();) {
      const Entry entry = service.entries[i];
      if (!is_about_service(entry.key)) {
        for (const std::string& word : entry.words) {
          for (std::string& name : references(word)) service.after.push_back(std::move(name));
        }
        ++i;
        continue;
      }
      const std::string place = service.origins[i];
      if (entry.key == "type" && entry.words.size() == 1) type = entry.words.front();
      if (entry.key == "after") {
        service.after.insert(service.after.end(), entry.words.begin(), entry.words.end());
      }
      service.entries.erase(service.entries.begin() + static_cast<std::ptrdiff_t>(i));
      service.origins.erase(service.origins.begin() + static_cast<std::ptrdiff_t>(i));
    }
    const auto section =
        std::ranges::find(file.services, service.name, &ServicesFile::Section::name);
    const std::string place = file.place(section->line, section->column);
    if (type.empty()) throw UsageError(fmt::format("{}: '{}' has no type", place, service.name));
    try {
      service.command = &server_command(type);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}: {}", place, error.what()));
    }
    for (std::size_t i = 0; i < service.entries.size(); ++i) {
      static_cast<void>(option_of(*service.command, service.entries[i], service.origins[i]));
    }
    // Values as well, where they refer to nothing that is known later only.
    const bool waits = std::ranges::any_of(service.entries, [](const Entry& entry) {
      return std::ranges::any_of(entry.words,
                                 [](const std::string& word) { return !references(word).empty(); });
    });
    const auto settings = service.settings([](const std::string&) { return std::string("1"); });
    const auto options = service.command->make_options();
    apply_settings(settings, options.get());
    if (waits) continue;
    for (const Part& part : service.command->parts) {
      try {
        part.check(options.get());
      } catch (const UsageError& error) {
        throw UsageError(fmt::format("{}: {}", place, error.what()));
      }
    }
  }
  std::vector<PlannedService> sorted;
  while (!services_.empty()) {
    const auto next = std::ranges::find_if(services_, [&](const PlannedService& one) {
      return std::ranges::all_of(one.after, [&](const std::string& name) {
        return std::ranges::find(sorted, name, &PlannedService::name) != sorted.end();
      });
    });
    if (next == services_.end()) {
      const PlannedService& stuck = services_.front();
      for (const std::string& name : stuck.after) {
        if (std::ranges::find(services_, name, &PlannedService::name) != services_.end() ||
            std::ranges::find(sorted, name, &PlannedService::name) != sorted.end()) {
          continue;
        }
        throw UsageError(fmt::format("{}: '{}' waits for '{}', which is not there", file.path,
                                     stuck.name, name));
      }
      throw UsageError(fmt::format("{}: '{}' waits for itself", file.path, stuck.name));
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
      const std::string value = fmt::format("{}", fmt::join(entry.words, " "));
      about.add(entry.key, JsonObject().add("value", value).add("origin", service.origins[i]));
      text +=
          fmt::format("{:<20} {:<24} {}\n", entry.key, gnet::printable(value), service.origins[i]);
    }
    document.add(service.name, about);
  }
  return json ? document.text() + "\n" : text;
}

}  // namespace cli
