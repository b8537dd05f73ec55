#include "gnet/web/folder_writer.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/random.h"
#include "gnet/base/utf8.h"
#include "gnet/os/thread_pool.h"
#include "gnet/web/directory_state.h"
#include "gnet/web/stale_parts.h"

namespace gnet::web {

struct FolderWriter::State {
  UniqueFd fd;
  std::string path;
  bool hidden = false;
};

namespace {

// A system call that no signal interrupts.
template <typename Call>
auto finish(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

std::string context_of(const char* verb, std::string_view name) {
  return std::string("cannot ") + verb + " '" + printable(name) + "'";
}

std::string checked_name(std::string_view name, bool hidden) {
  const bool is_name = !name.empty() && name != "." && name != ".." &&
                       name.find('/') == name.npos && name.find('\0') == name.npos;
  if (is_name && (hidden || name[0] != '.')) return std::string(name);
  throw std::invalid_argument("'" + printable(name) + "' is no name for a file");
}

void set_mode(int fd, mode_t mode) {
  if (fchmod(fd, mode) != 0) throw_errno("cannot create a file");
}

// /proc has a name for what has none, to make a link of.
std::string name_of(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

// A file that has no name; none where that is not possible.
UniqueFd open_nameless(int folder, mode_t mode) {
  UniqueFd fd(finish(
      [&] { return openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR); }));
  if (fd && access(name_of(fd.get()).c_str(), F_OK) != 0) return UniqueFd();
  if (fd) set_mode(fd.get(), mode);
  return fd;
}

UniqueFd open_new(int folder, const std::string& name, int flags, mode_t mode) {
  UniqueFd fd(finish([&] {
    return openat(folder, name.c_str(), flags | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                  S_IRUSR | S_IWUSR);
  }));
  if (!fd) throw_errno("cannot create a file");
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) throw_errno("cannot create a file");
  if (!S_ISREG(status.st_mode)) throw_errno(EEXIST, "cannot create a file");
  set_mode(fd.get(), mode);
  return fd;
}

// A pipe or a device, whose place no file takes. Of folders the kernel knows that itself.
bool is_to_stay(int folder, const std::string& name) {
  struct stat status {};
  return fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode) && !S_ISDIR(status.st_mode);
}

// 0, or an error number.
int rename_to(int folder, const std::string& from, const std::string& to, Existing existing) {
  if (existing == Existing::replace) {
    if (is_to_stay(folder, to)) return EEXIST;
    return renameat(folder, from.c_str(), folder, to.c_str()) == 0 ? 0 : errno;
  }
  if (renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system that cannot do that has links, which never replace.
  if (linkat(folder, from.c_str(), folder, to.c_str(), 0) != 0) return errno;
  return unlinkat(folder, from.c_str(), 0) == 0 ? 0 : errno;
}

// Gives a name to what has none; likewise. A link does not replace: that takes a hidden one.
int link_to(int folder, int fd, const std::string& hidden, const std::string& to,
            Existing existing) {
  const std::string from = name_of(fd);
  const auto link_as = [&](const std::string& name) {
    return linkat(AT_FDCWD, from.c_str(), folder, name.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
  };
  const int error = link_as(to);
  if (error != EEXIST || existing == Existing::keep || is_to_stay(folder, to)) return error;
  if (const int failed = link_as(hidden)) return failed;
  const int result = rename_to(folder, hidden, to, existing);
  if (result != 0) unlinkat(folder, hidden.c_str(), 0);
  return result;
}

}  // namespace

std::optional<FolderWriter> FolderWriter::open(const Directory& directory, std::string_view path,
                                               Absence* why) {
  auto opened = directory.open(path, O_RDONLY | O_DIRECTORY, why);
  if (!opened) return std::nullopt;
  return FolderWriter(std::make_shared<State>(
      State{std::move(opened->fd), std::string(path), directory.options().hidden}));
}

// What a thread has made for a fiber that may have left meanwhile.
struct FolderWriter::Created {
  Created(std::shared_ptr<State> in, std::string under, mode_t mode)
      : folder(std::move(in)), name(std::move(under)), fd(open_nameless(folder->fd.get(), mode)) {
    has_name = !fd;
    if (has_name) fd = open_new(folder->fd.get(), name, O_RDWR | O_EXCL, mode);
  }
  Created(Created&&) noexcept = default;
  Created& operator=(Created&&) noexcept = default;
  ~Created() {
    if (fd && has_name) unlinkat(folder->fd.get(), name.c_str(), 0);
  }

  std::shared_ptr<State> folder;
  std::string name;
  UniqueFd fd;
  bool has_name = false;
};

NewFile FolderWriter::create(mode_t mode) {
  Created made = default_thread_pool().apply([state = state_, mode] {
    return Created(state, fmt::format(".gnet-{:016x}.part", random_bits()), mode);
  });
  File file(std::move(made.fd));
  return NewFile(state_, std::move(file), std::move(made.name),
                 made.has_name ? NewFile::Hidden::gone : NewFile::Hidden::nowhere);
}

std::optional<NewFile> FolderWriter::resume(std::string_view name, mode_t mode) {
  const std::string part = "." + checked_name(name, state_->hidden) + ".part";
  UniqueFd fd = default_thread_pool().apply([state = state_, part, mode] {
    UniqueFd opened = open_new(state->fd.get(), part, O_RDWR, mode);
    // The lock goes with the last descriptor of this one opening.
    if (flock(opened.get(), LOCK_EX | LOCK_NB) != 0) return UniqueFd();
    struct stat here {
    }, named{};
    const bool same = fstat(opened.get(), &here) == 0 &&
                      fstatat(state->fd.get(), part.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
                      here.st_ino == named.st_ino && here.st_dev == named.st_dev;
    return same ? std::move(opened) : UniqueFd();  // published by another just now
  });
  if (!fd) return std::nullopt;
  return NewFile(state_, File(std::move(fd)), part, NewFile::Hidden::stays);
}

bool FolderWriter::make_folder(std::string_view name, mode_t mode) {
  return default_thread_pool().apply(
      [state = state_, name = checked_name(name, state_->hidden), mode] {
        if (mkdirat(state->fd.get(), name.c_str(), mode) == 0) return true;
        if (errno == EEXIST) return false;
        throw_errno(context_of("make folder", name));
      });
}

bool FolderWriter::remove(std::string_view name) {
  return default_thread_pool().apply([state = state_, name = checked_name(name, state_->hidden)] {
    struct stat status {};
    const auto gone = [&] {
      if (errno == ENOENT) return false;
      throw_errno(context_of("remove", name));
    };
    if (fstatat(state->fd.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return gone();
    const bool is_folder = S_ISDIR(status.st_mode);
    if (!is_folder && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) return false;
    if (unlinkat(state->fd.get(), name.c_str(), is_folder ? AT_REMOVEDIR : 0) != 0) return gone();
    return true;
  });
}

std::size_t FolderWriter::remove_stale(Duration age) {
  struct Stop {
    ~Stop() { *flag = true; }  // whoever has left waits for nothing
    std::shared_ptr<std::atomic<bool>> flag = std::make_shared<std::atomic<bool>>(false);
  } const stop;
  return default_thread_pool().apply([state = state_, age, flag = stop.flag] {
    return detail::remove_stale_parts(state->fd.get(), {age, state->hidden}, *flag);
  });
}

// ---- NewFile ----

NewFile::NewFile(std::shared_ptr<FolderWriter::State> folder, File file, std::string name,
                 Hidden hidden) noexcept
    : folder_(std::move(folder)), file_(std::move(file)), name_(std::move(name)), hidden_(hidden) {}

NewFile::NewFile(NewFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      file_(std::move(other.file_)),
      name_(std::exchange(other.name_, {})),
      hidden_(other.hidden_) {}

NewFile& NewFile::operator=(NewFile&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(file_, other.file_);
  std::swap(name_, other.name_);
  std::swap(hidden_, other.hidden_);
  return *this;
}

NewFile::~NewFile() {
  if (!name_.empty() && hidden_ == Hidden::gone) unlinkat(folder_->fd.get(), name_.c_str(), 0);
}

bool NewFile::publish(std::string_view name, Existing existing) {
  if (name_.empty()) throw Misuse("this file was published, or discarded, already");
  const std::string to = checked_name(name, folder_->hidden);
  file_.sync();
  // A descriptor for the thread, which may go on when the fiber has left.
  UniqueFd own;
  if (hidden_ == Hidden::nowhere) {
    own.reset(fcntl(file_.native_handle(), F_DUPFD_CLOEXEC, 0));
    if (!own) throw_errno(context_of("store", name));
  }
  const int error = default_thread_pool().apply(
      [folder = folder_, from = name_, to, existing, own = std::move(own)] {
        const int at = folder->fd.get();
        const int result =
            own ? link_to(at, own.get(), from, to, existing) : rename_to(at, from, to, existing);
        if (result == 0) fsync(at);  // not all file systems can
        return result;
      });
  if (error == EEXIST) return false;
  if (error != 0) throw_errno(error, context_of("store", name));
  name_.clear();
  file_.close();
  return true;
}

void NewFile::discard() {
  if (hidden_ == Hidden::stays) hidden_ = Hidden::gone;
  *this = NewFile(nullptr, File(), {}, Hidden::nowhere);
}

}  // namespace gnet::web
