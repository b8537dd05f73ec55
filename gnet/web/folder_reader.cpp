#include "gnet/web/folder_reader.h"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <mutex>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/utf8.h"
#include "gnet/http/percent.h"
#include "gnet/http/request_path.h"
#include "gnet/os/thread_pool.h"
#include "gnet/web/directory_state.h"
#include "gnet/web/open_beneath.h"

namespace gnet::web {

namespace {

constexpr std::size_t kTogether = 256;

// Nearly all names are seen at a glance to be such.
bool can_be_asked_for(const std::string& name) {
  if (name.find('\\') == name.npos && is_utf8(name)) return true;
  const auto raw = "/" + http::percent_encode(name, http::EncodeSet::unreserved);
  return http::RequestPath::parse(raw, {.utf8 = false}).has_value();
}

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { closedir(folder); }
};

}  // namespace

struct FolderReader::State {
  // All of these run on a thread of the pool.
  std::vector<FolderEntry> read();
  std::optional<FolderEntry> entry_of(const dirent& found) const;
  bool look_at(const std::string& name, struct stat& status) const;

  std::shared_ptr<const Directory::State> directory;
  std::string path;
  std::unique_ptr<DIR, CloseFolder> folder;
  std::mutex turn;  // an interrupted fiber leaves a read under way
};

std::optional<FolderReader> FolderReader::open(const Directory& directory, std::string_view path,
                                               Absence* why) {
  auto opened = directory.open(path, O_RDONLY | O_DIRECTORY, why);
  if (!opened) return std::nullopt;
  auto state = std::make_shared<State>();
  state->directory = directory.state_;
  state->path = path;
  state->folder.reset(fdopendir(opened->fd.get()));
  if (!state->folder) throw_errno("cannot read '" + printable(path) + "'");
  static_cast<void>(opened->fd.release());
  return FolderReader(std::move(state));
}

std::vector<FolderEntry> FolderReader::next() {
  return default_thread_pool().apply([state = state_] {
    const std::lock_guard lock(state->turn);
    return state->read();
  });
}

std::vector<FolderEntry> FolderReader::State::read() {
  std::vector<FolderEntry> entries;
  while (entries.size() < kTogether) {
    errno = 0;
    const dirent* found = readdir(folder.get());
    if (found == nullptr && errno != 0) throw_errno("cannot read '" + printable(path) + "'");
    if (found == nullptr) break;
    if (auto entry = entry_of(*found)) entries.push_back(std::move(*entry));
  }
  return entries;
}

std::optional<FolderEntry> FolderReader::State::entry_of(const dirent& found) const {
  FolderEntry entry;
  entry.name = found.d_name;
  if (entry.name == "." || entry.name == "..") return std::nullopt;
  if (entry.name[0] == '.' && !directory->options.hidden) return std::nullopt;
  if (!can_be_asked_for(entry.name)) return std::nullopt;
  struct stat status {};
  if (fstatat(dirfd(folder.get()), entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return std::nullopt;  // gone meanwhile
  }
  entry.is_link = S_ISLNK(status.st_mode);
  if (entry.is_link && !look_at(entry.name, status)) return std::nullopt;
  entry.is_folder = S_ISDIR(status.st_mode);
  if (!entry.is_folder && !S_ISREG(status.st_mode)) return std::nullopt;
  entry.size = static_cast<std::uint64_t>(status.st_size);
  entry.modified = std::chrono::sys_seconds(std::chrono::seconds(status.st_mtim.tv_sec));
  return entry;
}

// At what a link leads to, as Directory::open() would.
bool FolderReader::State::look_at(const std::string& name, struct stat& status) const {
  const std::string whole = path == "." ? name : path + "/" + name;
  const UniqueFd fd =
      detail::open_beneath(directory->root.get(), whole, O_PATH, directory->options.links);
  return fd && fstat(fd.get(), &status) == 0;
}

}  // namespace gnet::web
