#include "cli/server/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>

#include "cli/out/failure.h"
#include "cli/server/background.h"

namespace cli {
namespace {

struct Identity {
  uid_t user = 0;
  gid_t group = 0;
  std::string name;  // for the supplementary groups; empty if the user has none
};

std::optional<unsigned> id_number(const std::string& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Looked up before chroot(), which hides /etc/passwd.
Identity look_up(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string user = text.substr(0, colon);
  Identity identity;
  const auto uid = id_number(user);
  const passwd* entry = uid ? getpwuid(*uid) : getpwnam(user.c_str());
  if (entry != nullptr) {
    identity = {entry->pw_uid, entry->pw_gid, entry->pw_name};
  } else if (uid) {
    identity = {*uid, *uid, {}};
  } else {
    throw UsageError(fmt::format("no user '{}'", user));
  }
  if (colon == std::string::npos) return identity;
  const std::string group = text.substr(colon + 1);
  if (const auto gid = id_number(group)) {
    identity.group = *gid;
  } else if (const ::group* found = getgrnam(group.c_str())) {
    identity.group = found->gr_gid;
  } else {
    throw UsageError(fmt::format("no group '{}'", group));
  }
  return identity;
}

void require(bool done, const std::string& what) {
  if (!done) throw Failure(Exit::usage, fmt::format("cannot {}: {}", what, error_text(errno)));
}

void become(const Identity& identity, const std::string& text) {
  const std::string what = "become user " + text;
  const bool groups = identity.name.empty()
                          ? setgroups(0, nullptr) == 0
                          : initgroups(identity.name.c_str(), identity.group) == 0;
  require(groups, what);
  require(setgid(identity.group) == 0, what);
  require(setuid(identity.user) == 0, what);
  // A saved user id would still be a way back.
  if (identity.user != 0 && setuid(0) == 0) throw Failure(Exit::internal, "cannot " + what);
}

}  // namespace

void drop_privileges(const ServerOptions& options) {
  std::optional<Identity> identity;
  if (!options.user.empty()) identity = look_up(options.user);
  if (!options.chroot.empty()) {
    const bool inside = chroot(options.chroot.c_str()) == 0 && chdir("/") == 0;
    require(inside, "change root to " + options.chroot);
  }
  if (identity) become(*identity, options.user);
  if (options.no_new_privs) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (options.die_with_parent) die_with_parent();
}

}  // namespace cli
