#include "gnet/os/socket_owners.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "gnet/base/unique_fd.h"

namespace gnet {
namespace {

constexpr std::size_t kLongestArguments = 4096;

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

// Calls f with the name of each entry.
template <typename F>
void each_entry(DIR* folder, F f) {
  while (const dirent* const entry = readdir(folder)) f(entry->d_name);
}

// "socket:[4711]".
std::optional<std::uint64_t> inode_of(std::string_view link) {
  constexpr std::string_view kBegin = "socket:[";
  if (!link.starts_with(kBegin) || !link.ends_with(']')) return std::nullopt;
  link.remove_prefix(kBegin.size());
  return number<std::uint64_t>(link.substr(0, link.size() - 1));
}

std::string beginning_of(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(kLongestArguments, '\0');
  const ssize_t size = fd ? read(fd.get(), text.data(), text.size()) : 0;
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return text;
}

}  // namespace

SocketOwners::SocketOwners(std::string proc) : proc_(std::move(proc)) {
  const Folder all(opendir(proc_.c_str()));
  if (all == nullptr) return;
  each_entry(all.get(), [this](const char* name) {
    const auto pid = number<pid_t>(name);
    if (!pid) return;
    const Folder descriptors(opendir((proc_ + "/" + name + "/fd").c_str()));
    if (descriptors == nullptr) {
      if (errno == EACCES || errno == EPERM) ++hidden_;  // others have ended meanwhile
      return;
    }
    const int folder = dirfd(descriptors.get());
    each_entry(descriptors.get(), [&](const char* descriptor) {
      std::array<char, 64> link;
      const ssize_t size = readlinkat(folder, descriptor, link.data(), link.size());
      if (size <= 0) return;
      const auto inode = inode_of({link.data(), static_cast<std::size_t>(size)});
      if (!inode) return;
      // A process that has several descriptors of it is one process.
      std::vector<pid_t>& found = processes_[*inode];
      if (found.empty() || found.back() != *pid) found.push_back(*pid);
    });
  });
  for (auto& [inode, found] : processes_) std::sort(found.begin(), found.end());
}

std::vector<SocketOwner> SocketOwners::of(std::uint64_t inode) const {
  std::vector<SocketOwner> owners;
  const auto found = processes_.find(inode);
  if (found == processes_.end()) return owners;
  for (const pid_t pid : found->second) owners.push_back(describe(pid));
  return owners;
}

SocketOwner SocketOwners::describe(pid_t pid) const {
  const std::string folder = proc_ + "/" + std::to_string(pid);
  SocketOwner owner{.pid = pid,
                    .command = beginning_of(folder + "/comm"),
                    .arguments = beginning_of(folder + "/cmdline")};
  while (owner.command.ends_with('\n')) owner.command.pop_back();
  while (owner.arguments.ends_with('\0')) owner.arguments.pop_back();
  std::replace(owner.arguments.begin(), owner.arguments.end(), '\0', ' ');
  struct stat status {};
  if (stat(folder.c_str(), &status) == 0) owner.user = status.st_uid;
  return owner;
}

}  // namespace gnet
