#include "gnet/web/directory.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/base/utf8.h"
#include "gnet/os/thread_pool.h"
#include "gnet/web/directory_state.h"
#include "gnet/web/open_beneath.h"

namespace gnet::web {
namespace {

// Without waiting for the other end of a pipe, and without getting a terminal.
constexpr int kReading = O_RDONLY | O_NONBLOCK | O_NOCTTY;

// What an error says about a path; nothing if it is about something else.
std::optional<Absence> absence_of(int error) noexcept {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EXDEV:
    case ENAMETOOLONG:
    case EINVAL:  // a name that this file system cannot have
    case EILSEQ:
    case ENXIO:  // a socket, or a device that is not there
    case ENODEV:
    case EBUSY:
    case EISDIR:
      return Absence::missing;
    case EACCES:
    case EPERM:
      return Absence::denied;
    default:
      return std::nullopt;
  }
}

bool is_shown(const struct stat& status) noexcept {
  return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
}

}  // namespace

Directory::Directory(const std::string& path, DirectoryOptions options) {
  const std::string context = "cannot open '" + printable(path) + "'";
  UniqueFd root(::open(c_string(path, context, "its name"), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw_errno(context);
  state_ = std::make_shared<const State>(State{std::move(root), options});
}

const DirectoryOptions& Directory::options() const noexcept {
  return state_->options;
}

bool Directory::admits(std::string_view path) const noexcept {
  if (path == ".") return true;
  if (path.find('\0') != path.npos) return false;
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name.empty() || name == "." || name == "..") return false;
    if (name[0] == '.' && !state_->options.hidden) return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::optional<OpenFile> Directory::open(std::string_view path, Absence* why) const {
  return open(path, kReading, why);
}

std::optional<struct stat> Directory::status(std::string_view path, Absence* why) const {
  const auto file = open(path, O_PATH, why);
  return file ? std::optional(file->status) : std::nullopt;
}

std::optional<OpenFile> Directory::open(std::string_view path, int flags, Absence* why) const {
  const auto absent = [why](Absence reason) {
    if (why != nullptr) *why = reason;
    return std::nullopt;
  };
  if (!admits(path)) return absent(Absence::missing);
  const std::string name(path);
  OpenFile file;
  file.fd = detail::open_beneath(state_->root.get(), name, flags, state_->options.links, true);
  int error = file.fd ? 0 : errno;
  if (error == EAGAIN) {
    std::tie(file.fd, error) = default_thread_pool().apply([state = state_, name, flags] {
      UniqueFd fd = detail::open_beneath(state->root.get(), name, flags, state->options.links);
      const int result = fd ? 0 : errno;
      return std::pair(std::move(fd), result);
    });
  }
  if (file.fd && fstat(file.fd.get(), &file.status) != 0) error = errno;
  if (error == 0) {
    if (!is_shown(file.status)) return absent(Absence::missing);
    if (why != nullptr) *why = Absence::none;
    return file;
  }
  if (const auto reason = absence_of(error)) return absent(*reason);
  throw_errno(error, "cannot open '" + printable(path) + "'");
}

}  // namespace gnet::web
