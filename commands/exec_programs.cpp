#include "commands/exec_programs.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "cli/out/failure.h"
#include "gnet/os/start_process.h"

namespace commands {
namespace {

namespace fs = std::filesystem;

// Links make more paths than there are folders.
constexpr std::size_t kDeepest = 16;
constexpr std::size_t kMostFolders = 10'000;

bool is_program(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  return access(path.c_str(), X_OK) == 0;
}

// As the child will look, see start_process.h.
void require_program(const std::string& name, const ExecPrograms::Place& place) {
  int error = ENOENT;
  for (const std::string& one : gnet::detail::program_candidates(name, place.path)) {
    const std::string path = fs::path(place.directory) / one;
    if (is_program(path)) return;
    struct stat status {};
    if (stat(path.c_str(), &status) == 0) error = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
  }
  const std::string where =
      place.directory.empty() ? "" : fmt::format(" in directory '{}'", place.directory);
  throw cli::Failure(error == ENOENT ? cli::Exit::not_found : cli::Exit::not_executable,
                     fmt::format("cannot run '{}'{}: {}", name, where, cli::error_text(error)));
}

bool is_below(const fs::path& path, const fs::path& root) {
  const auto [end, rest] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return end == root.end();
}

class Search {
 public:
  explicit Search(std::map<std::string, std::string, std::less<>>& found) : found_(found) {}

  void look_through(const fs::path& folder, const std::string& prefix) {
    if (within_.size() > kDeepest) return;
    if (++folders_ > kMostFolders) {
      throw cli::Failure(cli::Exit::io, fmt::format("more than {} folders are in '{}'",
                                                    kMostFolders, within_.front().string()));
    }
    within_.push_back(folder);
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename();
      if (!name.starts_with('.')) look_at(entry->path(), prefix + "/" + name);
    }
    within_.pop_back();
  }

 private:
  void look_at(const fs::path& entry, const std::string& path) {
    std::error_code unreadable;
    const fs::path real = fs::canonical(entry, unreadable);
    if (unreadable || !is_below(real, within_.front())) return;
    if (fs::is_directory(real, unreadable)) {
      // One within itself, by a link, would have no end.
      if (std::ranges::find(within_, real) == within_.end()) look_through(real, path);
    } else if (is_program(real)) {
      found_.emplace(path, real);
    }
  }

  std::map<std::string, std::string, std::less<>>& found_;
  std::vector<fs::path> within_;  // the folder that is looked at is the last, the root the first
  std::size_t folders_ = 0;
};

}  // namespace

ExecPrograms ExecPrograms::of(std::vector<std::string> arguments, Place place) {
  require_program(arguments.front(), place);
  ExecPrograms programs;
  programs.only_ = ExecProgram{std::move(arguments)};
  return programs;
}

ExecPrograms ExecPrograms::in(const std::string& folder) {
  ExecPrograms programs;
  programs.folder_ = folder;
  programs.rescan();
  return programs;
}

void ExecPrograms::rescan() {
  if (folder_.empty()) return;
  std::error_code error;
  const fs::path root = fs::canonical(folder_, error);
  if (!error && !fs::is_directory(root, error))
    error = std::make_error_code(std::errc::not_a_directory);
  if (error) {
    throw cli::Failure(cli::Exit::io, fmt::format("cannot read folder '{}': {}", folder_,
                                                  cli::error_text(error.value())));
  }
  auto found = std::make_shared<Found>();
  Search(*found).look_through(root, "");
  const std::lock_guard lock(state_->mutex);
  state_->found = std::move(found);
}

std::shared_ptr<const ExecPrograms::Found> ExecPrograms::found() const {
  const std::lock_guard lock(state_->mutex);
  return state_->found;
}

std::size_t ExecPrograms::size() const {
  return only_ ? 1 : found()->size();
}

bool ExecPrograms::empty() const {
  return !only_ && folder_.empty();
}

std::optional<ExecProgram> ExecPrograms::find(std::string_view path) const {
  if (only_) {
    ExecProgram program = *only_;
    program.path_info = path;
    return program;
  }
  const auto all = found();
  // The longest beginning that is a program; the rest is for it.
  for (std::string_view name = path; !name.empty();) {
    const auto one = all->find(name);
    if (one != all->end()) {
      return ExecProgram{.arguments = {one->second},
                         .script_name = std::string(name),
                         .path_info = std::string(path.substr(name.size())),
                         .folder = fs::path(one->second).parent_path()};
    }
    const std::size_t slash = name.rfind('/');
    if (slash == name.npos) break;
    name = name.substr(0, slash);
  }
  return std::nullopt;
}

}  // namespace commands
