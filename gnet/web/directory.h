// A folder whose files are opened beneath it, and nowhere else.
//
//   const gnet::web::Directory site("/srv/www");
//   if (auto file = site.open("docs/a.txt")) send(file->fd, file->size());
//
// What a path means is decided by the kernel in the same step that opens it (openat2(2)), so that
// nothing can be exchanged between a check and its use. Links lead out of the folder only if that
// is wanted, names that begin with a dot are not there unless they are, and only regular files and
// folders are: never a pipe, a device or a socket, which might keep whoever opens it waiting. All
// that is not there is so in the same way, whatever the reason.
//
// What the kernel has in memory is opened there and then: a trip through a thread costs several
// times what opening does. For what it has to fetch a thread waits (RESOLVE_CACHED). Kernels
// without openat2 (before 5.6) open each component of a path by itself.
//
// Threads: a handle that may be copied; const members may be called from any thread.

#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gnet/base/unique_fd.h"

namespace gnet::web {

// Which symbolic links are followed.
enum class Links : std::uint8_t {
  no,      // none: what is behind one is not there
  inside,  // those that lead to something beneath the folder
  all,
};

struct DirectoryOptions {
  Links links = Links::inside;
  bool hidden = false;  // also what begins with a dot, or is in a folder that does
};

// Why there is nothing to open.
enum class Absence : std::uint8_t {
  none,
  missing,  // no such file, hidden, behind a link that is not followed, or no file at all
  denied,   // it may not be read
};

// A file or a folder that is open for reading.
struct OpenFile {
  [[nodiscard]] bool is_folder() const noexcept { return S_ISDIR(status.st_mode); }
  [[nodiscard]] std::uint64_t size() const noexcept {
    return static_cast<std::uint64_t>(status.st_size);
  }

  UniqueFd fd;
  struct stat status {};
};

class Directory {
 public:
  // Throws SystemError when there is no such folder. Blocks for as long as opening it takes.
  explicit Directory(const std::string& path, DirectoryOptions options = {});

  // What is at `path`, which is relative to the folder: "docs/a.txt", "." for the folder itself;
  // RequestPath::relative() gives it. A path that is absolute, or has NUL or a segment "..", is not
  // there. Suspends if the disk has to be asked. Throws SystemError for what is no answer about
  // the path, such as having no descriptors left.
  [[nodiscard]] std::optional<OpenFile> open(std::string_view path, Absence* why = nullptr) const;

  // As open(), without opening what is there: it may be a file that cannot be read.
  [[nodiscard]] std::optional<struct stat> status(std::string_view path,
                                                  Absence* why = nullptr) const;

  // By options and form alone, whether `path` could be there.
  [[nodiscard]] bool admits(std::string_view path) const noexcept;

  [[nodiscard]] const DirectoryOptions& options() const noexcept;

 private:
  friend class FolderReader;
  friend class FolderWriter;
  struct State;

  // With flags for open(2).
  [[nodiscard]] std::optional<OpenFile> open(std::string_view path, int flags, Absence* why) const;

  std::shared_ptr<const State> state_;
};

}  // namespace gnet::web
