#include "gnet/os/file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <shared_mutex>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/base/utf8.h"
#include "gnet/os/page_cache.h"
#include "gnet/sync/semaphore.h"

namespace gnet {
namespace {

// What one operation transfers at most: an interrupted fiber leaves it to the thread.
constexpr std::size_t kLargest = 1024 * 1024;

// Calls a system call until no signal interrupts it; throws for its error.
template <typename Call>
auto checked(const char* operation, Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0) return result;
    if (errno != EINTR) throw_errno(operation);
  }
}

off_t to_offset(std::uint64_t offset) {
  if (offset > static_cast<std::uint64_t>(INT64_MAX)) throw_errno(EINVAL, "file position");
  return static_cast<off_t>(offset);
}

// What waits for somebody else has no end that a thread could be kept for: its kind, or null.
const char* what_waits(const struct stat& status) {
  if (S_ISFIFO(status.st_mode)) return "a pipe";
  if (S_ISSOCK(status.st_mode)) return "a socket";
  return nullptr;
}

[[noreturn]] void refuse(const char* kind, std::string_view context) {
  throw SystemError(std::make_error_code(std::errc::invalid_argument), context,
                    std::string(kind) + " is no file");
}

// What there is to know of an open one that is a file.
struct stat checked_status(int fd, std::string_view context) {
  struct stat status {};
  if (fstat(fd, &status) != 0) throw_errno(context);
  if (const char* kind = what_waits(status)) refuse(kind, context);
  if (S_ISCHR(status.st_mode) && isatty(fd) == 1) refuse("a terminal", context);
  return status;
}

// Without waiting, as for the other end of a pipe. Of a file the flag is taken away again: it has
// no effect, but is seen by those who get the descriptor.
UniqueFd open_file(const std::string& path, int flags, mode_t mode) {
  const std::string context = "cannot open '" + printable(path) + "'";
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode));
  if (!fd && errno == EWOULDBLOCK) {  // a lease on a file, which its holder gives up soon
    fd = UniqueFd(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode));
  }
  if (!fd) {
    struct stat status {};
    const int error = errno;
    const bool nobody = error == ENXIO && stat(path.c_str(), &status) == 0;
    if (const char* kind = nobody ? what_waits(status) : nullptr) refuse(kind, context);
    throw_errno(error, context);
  }
  const auto status = checked_status(fd.get(), context);
  if (S_ISREG(status.st_mode) && (flags & O_NONBLOCK) == 0) {
    fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) & ~O_NONBLOCK);
  }
  return fd;
}

}  // namespace

// What operations under way share with the File, which may be gone before they are.
struct File::State {
  UniqueFd fd;
  // One operation at the file's position at a time, also when the fiber of the one before has
  // left it alone.
  std::mutex position;
  // Shared by operations beside the turns: the number of a descriptor that is closed under them
  // may soon be another file's.
  std::shared_mutex open;
};

// Those who wait for the position, in order.
struct File::Turn {
  Semaphore semaphore;
};

File::File() noexcept = default;
File::File(File&& other) noexcept = default;
File& File::operator=(File&& other) noexcept = default;
File::~File() = default;

File::File(UniqueFd fd) : state_(std::make_shared<State>()), turn_(std::make_unique<Turn>()) {
  state_->fd = std::move(fd);
}

File File::open(const std::string& path, int flags, mode_t mode) {
  refuse_nul(path, "cannot open '" + path + "'", "its name");
  return File(
      default_thread_pool().apply([path, flags, mode] { return open_file(path, flags, mode); }));
}

int File::native_handle() const noexcept {
  return state_ ? state_->fd.get() : -1;
}

// Runs operation(fd) on a thread, beside others.
template <typename F>
auto File::beside(F&& operation) const {
  if (!state_) throw_errno(EBADF, "file");
  return default_thread_pool().apply(
      [state = state_, operation = std::forward<F>(operation)]() mutable {
        const std::shared_lock lock(state->open);
        return operation(state->fd.get());
      });
}

// Runs operation(fd) on a thread, in turn.
template <typename F>
auto File::in_turn(F&& operation) {
  if (!turn_) throw_errno(EBADF, "file");
  const std::lock_guard turn(turn_->semaphore);
  if (!state_) throw_errno(EBADF, "file");  // closed, perhaps while this one waited
  return default_thread_pool().apply(
      [state = state_, operation = std::forward<F>(operation)]() mutable {
        const std::lock_guard lock(state->position);
        return operation(state->fd.get());
      });
}

void File::close() {
  if (!state_) return;
  const std::lock_guard turn(turn_->semaphore);
  const auto state = std::exchange(state_, nullptr);
  if (!state) return;  // another fiber was quicker
  const int error = default_thread_pool().apply([state] {
    const std::scoped_lock lock(state->position, state->open);
    return ::close(state->fd.release()) == 0 ? 0 : errno;
  });
  if (error != 0 && error != EINTR) throw_errno(error, "close");
}

std::size_t File::read(void* buffer, std::size_t size) {
  // Not straight into the buffer: that may be gone while the thread still reads.
  const std::string data = in_turn([size = std::min(size, kLargest)](int fd) {
    std::string data(size, '\0');
    data.resize(static_cast<std::size_t>(
        checked("read", [&] { return ::read(fd, data.data(), data.size()); })));
    return data;
  });
  std::memcpy(buffer, data.data(), data.size());
  return data.size();
}

std::size_t File::pread(void* buffer, std::size_t size, std::uint64_t offset) {
  const std::string data =
      beside([size = std::min(size, kLargest), offset = to_offset(offset)](int fd) {
        std::string data(size, '\0');
        data.resize(static_cast<std::size_t>(
            checked("read", [&] { return ::pread(fd, data.data(), data.size(), offset); })));
        return data;
      });
  std::memcpy(buffer, data.data(), data.size());
  return data.size();
}

std::string File::read_all() {
  return in_turn([](int fd) {
    std::string all;
    for (std::size_t step = 64 * 1024;; step = std::min(2 * step, kLargest)) {
      const std::size_t before = all.size();
      all.resize(before + step);
      const auto count = static_cast<std::size_t>(
          checked("read", [&] { return ::read(fd, all.data() + before, step); }));
      all.resize(before + count);
      if (count == 0) return all;
    }
  });
}

std::size_t File::write(std::string_view data) {
  return in_turn([data = std::string(data.substr(0, kLargest))](int fd) {
    return static_cast<std::size_t>(
        checked("write", [&] { return ::write(fd, data.data(), data.size()); }));
  });
}

void File::write_all(std::string_view data) {
  while (!data.empty()) data.remove_prefix(write(data));
}

void File::pwrite_all(std::string_view data, std::uint64_t offset) {
  while (!data.empty()) {
    const std::size_t count =
        beside([part = std::string(data.substr(0, kLargest)), at = to_offset(offset)](int fd) {
          return static_cast<std::size_t>(
              checked("write", [&] { return ::pwrite(fd, part.data(), part.size(), at); }));
        });
    data.remove_prefix(count);
    offset += count;
  }
}

std::uint64_t File::seek(std::int64_t offset, int whence) {
  return in_turn([offset, whence](int fd) {
    return static_cast<std::uint64_t>(checked("seek", [&] { return lseek(fd, offset, whence); }));
  });
}

struct stat File::status() const {
  return beside([](int fd) {
    struct stat status {};
    checked("stat", [&] { return fstat(fd, &status); });
    return status;
  });
}

std::uint64_t File::size() const {
  return static_cast<std::uint64_t>(status().st_size);
}

void File::truncate(std::uint64_t size) {
  in_turn([size = to_offset(size)](int fd) {
    checked("truncate", [&] { return ftruncate(fd, size); });
  });
}

void File::sync() {
  in_turn([](int fd) { checked("sync", [&] { return fsync(fd); }); });
}

// ---- whole files ----

std::string read_file(const std::string& path) {
  return File::open(path).read_all();
}

void write_file(const std::string& path, std::string_view data) {
  File file = File::open(path, O_WRONLY | O_CREAT | O_TRUNC);
  file.write_all(data);
  file.close();
}

// ---- sendfile() ----

std::uint64_t sendfile(Stream& stream, const File& file, std::uint64_t offset, std::uint64_t count,
                       Deadline deadline) {
  std::uint64_t sent = 0;
  while (sent < count) {
    const std::size_t size = std::min<std::uint64_t>(count - sent, detail::kReadAhead);
    detail::read_ahead(file.native_handle(), to_offset(offset + sent), size);
    const std::size_t some =
        stream.send_file_some(file.native_handle(), offset + sent, size, deadline);
    if (some == 0) break;  // the end of the file
    sent += some;
  }
  return sent;
}

}  // namespace gnet
