#include "gnet/web/open_beneath.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace gnet::web::detail {
namespace {

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

constexpr int kRaces = 8;  // so often a path is tried again that is renamed while it is walked

UniqueFd fail(int error) noexcept {
  errno = error;
  return UniqueFd();
}

UniqueFd open_plainly(int folder, const std::string& name, int flags) noexcept {
  for (;;) {
    UniqueFd fd(::openat(folder, name.c_str(), flags | O_CLOEXEC));
    if (fd || errno != EINTR) return fd;
  }
}

UniqueFd call_openat2(int root, const std::string& path, int flags,
                      std::uint64_t resolve) noexcept {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_CLOEXEC));
  how.resolve = resolve;
  for (;;) {
    UniqueFd fd(static_cast<int>(syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
    if (fd || errno != EINTR) return fd;
  }
}

// What the kernel has: an old one says ENOSYS, a sandbox EPERM, and one that does not know a flag
// EINVAL.
bool has_openat2(std::uint64_t resolve) noexcept {
  return static_cast<bool>(call_openat2(AT_FDCWD, ".", O_PATH, resolve)) || errno == EAGAIN;
}

bool knows_openat2() noexcept {
  static const bool known = has_openat2(RESOLVE_BENEATH);
  return known;
}

bool knows_cached() noexcept {
  static const bool known = has_openat2(RESOLVE_BENEATH | RESOLVE_CACHED);
  return known;
}

std::uint64_t resolve_flags(Links links) noexcept {
  switch (links) {
    case Links::no:
      return RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
    case Links::inside:
      return RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    case Links::all:
      break;
  }
  return RESOLVE_NO_MAGICLINKS;
}

// Where an open file is, as the kernel knows it; empty if it does not.
std::string place_of(int fd) {
  std::string place(PATH_MAX, '\0');
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), place.data(), place.size());
  place.resize(size > 0 && static_cast<std::size_t>(size) < place.size()
                   ? static_cast<std::size_t>(size)
                   : 0);
  return place;
}

// Where `place` is below the root, as open_by_components() takes it; empty if it is elsewhere.
std::string place_below(std::string root, const std::string& place) {
  if (root.empty() || place.empty() || place[0] != '/') return {};
  if (place == root) return ".";
  if (root.back() != '/') root += '/';
  return place.starts_with(root) ? place.substr(root.size()) : std::string();
}

// One component after the other, none of which may be a link.
UniqueFd open_without_links(int root, const std::string& path, int flags) {
  UniqueFd folder;
  std::string_view rest = path;
  for (;;) {
    const int at = folder ? folder.get() : root;
    const std::size_t slash = rest.find('/');
    const std::string name(rest.substr(0, slash));
    if (slash == rest.npos) return open_plainly(at, name, flags | O_NOFOLLOW);
    folder = open_plainly(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (!folder) return fail(errno == ENOTDIR ? ELOOP : errno);
    rest.remove_prefix(slash + 1);
  }
}

// Looks where the links lead to, and opens what is there without any. What is exchanged meanwhile
// is not found, and nothing outside is opened for more than its name.
UniqueFd open_where_links_lead(int root, const std::string& path, int flags) {
  const UniqueFd target = open_plainly(root, path, O_PATH);
  if (!target) return UniqueFd();
  const std::string below = place_below(place_of(root), place_of(target.get()));
  if (below.empty()) return fail(EXDEV);
  return open_without_links(root, below, flags);
}

}  // namespace

UniqueFd open_by_components(int root, const std::string& path, int flags, Links links) {
  switch (links) {
    case Links::no:
      return open_without_links(root, path, flags);
    case Links::inside:
      return open_where_links_lead(root, path, flags);
    case Links::all:
      break;
  }
  return open_plainly(root, path, flags);
}

UniqueFd open_beneath(int root, const std::string& path, int flags, Links links, bool cached) {
  if (!knows_openat2()) return open_by_components(root, path, flags, links);
  const bool quickly = cached && knows_cached();
  const std::uint64_t resolve = resolve_flags(links) | (quickly ? RESOLVE_CACHED : 0u);
  UniqueFd fd = call_openat2(root, path, flags, resolve);
  for (int tries = 1; !fd && errno == EAGAIN && !quickly && tries < kRaces; ++tries) {
    fd = call_openat2(root, path, flags, resolve);
  }
  // A link with an absolute target may lead inside all the same, which the kernel does not look at.
  if (fd || errno != EXDEV || links != Links::inside) return fd;
  return quickly ? fail(EAGAIN) : open_where_links_lead(root, path, flags);
}

}  // namespace gnet::web::detail
