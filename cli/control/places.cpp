#include "cli/control/places.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "cli/out/failure.h"
#include "gnet/base/utf8.h"

namespace cli {
namespace {

constexpr std::string_view kEnd = ".sock";
constexpr const char* kSystemFolder = "/run/gnet";
constexpr std::size_t kLongestName = 64;

bool is_folder(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

// Of this user; nothing where there is none.
std::optional<std::string> own_folder() {
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/') {
    return std::string(runtime) + "/gnet";
  }
  if (geteuid() == 0) return kSystemFolder;
  const std::string usual = fmt::format("/run/user/{}", geteuid());
  if (is_folder(usual)) return usual + "/gnet";
  return std::nullopt;
}

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void find_in(const std::string& folder, std::vector<FoundSocket>& found) {
  std::error_code error;
  std::vector<FoundSocket> here;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.ends_with(kEnd) || !entry->is_socket(error)) continue;
    here.push_back({name.substr(0, name.size() - kEnd.size()), entry->path().string()});
  }
  std::ranges::sort(here, {}, &FoundSocket::name);
  found.insert(found.end(), here.begin(), here.end());
}

}  // namespace

void check_process_name(std::string_view name) {
  const auto is_known = [](char c) { return is_word(c) || c == '.' || c == '_' || c == '-'; };
  if (!name.empty() && name.size() <= kLongestName && is_word(name.front()) &&
      std::ranges::all_of(name, is_known)) {
    return;
  }
  throw UsageError(fmt::format("bad name '{}': letters, digits, '.', '_' and '-', at most {}",
                               gnet::printable(name), kLongestName));
}

std::string socket_of(std::string_view name) {
  check_process_name(name);
  const auto folder = own_folder();
  if (!folder) {
    throw Failure(Exit::io, "there is no folder for control sockets: XDG_RUNTIME_DIR is not set",
                  "--control PATH and --socket PATH name a socket");
  }
  return fmt::format("{}/{}{}", *folder, name, kEnd);
}

void make_socket_folder(const std::string& socket) {
  const std::string folder = socket.substr(0, socket.rfind('/'));
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw Failure(Exit::io, fmt::format("cannot make {}: {}", folder, error_text(errno)));
  }
  struct stat found {};
  const bool is_own = stat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
                      (found.st_uid == geteuid() || found.st_uid == 0);
  if (!is_own || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw Failure(Exit::io, fmt::format("{}: others may write there", folder),
                  "it holds control sockets, which are for one user alone: chmod 700");
  }
}

std::vector<FoundSocket> find_sockets() {
  std::vector<FoundSocket> found;
  const std::string own = own_folder().value_or(std::string());
  if (!own.empty()) find_in(own, found);
  if (own != kSystemFolder) find_in(kSystemFolder, found);
  return found;
}

}  // namespace cli
