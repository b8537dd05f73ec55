#include "gnet/os/process_rights.h"

#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "gnet/base/size.h"
#include "gnet/base/utf8.h"

namespace gnet {
namespace {

struct NamedLimit {
  std::string_view name;
  int resource;
};

constexpr std::array<NamedLimit, 14> kLimits = {{{"as", RLIMIT_AS},
                                                 {"core", RLIMIT_CORE},
                                                 {"cpu", RLIMIT_CPU},
                                                 {"data", RLIMIT_DATA},
                                                 {"fsize", RLIMIT_FSIZE},
                                                 {"memlock", RLIMIT_MEMLOCK},
                                                 {"msgqueue", RLIMIT_MSGQUEUE},
                                                 {"nice", RLIMIT_NICE},
                                                 {"nofile", RLIMIT_NOFILE},
                                                 {"nproc", RLIMIT_NPROC},
                                                 {"rss", RLIMIT_RSS},
                                                 {"rtprio", RLIMIT_RTPRIO},
                                                 {"sigpending", RLIMIT_SIGPENDING},
                                                 {"stack", RLIMIT_STACK}}};

ResourceLimit parse_limit(std::string_view word) {
  const std::size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const auto* const known = std::find_if(
      kLimits.begin(), kLimits.end(), [&](const NamedLimit& limit) { return limit.name == name; });
  if (known == kLimits.end()) {
    throw std::invalid_argument("no limit is called '" + printable(name) + "'");
  }
  const auto most = equals == word.npos ? std::nullopt : parse_size(word.substr(equals + 1));
  if (!most) throw std::invalid_argument("the limit of " + std::string(name) + " wants a number");
  return {known->resource, *most};
}

std::optional<unsigned> id_number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string to_string(const ResourceLimit& limit) {
  const auto* const known =
      std::find_if(kLimits.begin(), kLimits.end(),
                   [&](const NamedLimit& one) { return one.resource == limit.resource; });
  const std::string name =
      known == kLimits.end() ? std::to_string(limit.resource) : std::string(known->name);
  return name + "=" + std::to_string(limit.most);
}

std::vector<ResourceLimit> parse_resource_limits(std::string_view text) {
  std::vector<ResourceLimit> limits;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    limits.push_back(parse_limit(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return limits;
}

ProcessUser find_process_user(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  const auto number = id_number(name);
  const passwd* const entry = number ? getpwuid(*number) : getpwnam(name.c_str());
  if (entry == nullptr && !number) {
    throw std::invalid_argument("no user '" + printable(name) + "'");
  }
  ProcessUser user{
      entry != nullptr ? entry->pw_uid : *number, entry != nullptr ? entry->pw_gid : *number, {}};
  if (colon != text.npos) {
    const std::string group = text.substr(colon + 1);
    const auto group_number = id_number(group);
    const ::group* const found = group_number ? nullptr : getgrnam(group.c_str());
    if (!group_number && found == nullptr) {
      throw std::invalid_argument("no group '" + printable(group) + "'");
    }
    user.group = group_number ? *group_number : found->gr_gid;
  }
  if (entry == nullptr) return user;
  int count = 64;
  user.groups.resize(static_cast<std::size_t>(count));
  while (getgrouplist(entry->pw_name, user.group, user.groups.data(), &count) < 0) {
    user.groups.resize(static_cast<std::size_t>(count));
  }
  user.groups.resize(static_cast<std::size_t>(count));
  return user;
}

}  // namespace gnet
