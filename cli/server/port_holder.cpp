#include "cli/server/port_holder.h"

#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

namespace cli {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_directory(const std::string& path) {
  return {opendir(path.c_str()), closedir};
}

// The inodes of the sockets at this port, from a table like /proc/net/tcp:
//   sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
void add_inodes(const char* table, bool listening_only, std::uint16_t port,
                std::set<std::string>& inodes) {
  constexpr std::string_view kListen = "0A";
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream text(line);
    std::string slot;
    std::string local;
    std::string remote;
    std::string state;
    std::string skipped;
    std::string inode;
    text >> slot >> local >> remote >> state;
    for (int i = 0; i < 5; ++i) text >> skipped;
    text >> inode;
    const std::size_t colon = local.rfind(':');
    unsigned number = 0;
    if (colon == std::string::npos || inode == "0") continue;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
    if (number == port && (!listening_only || state == kListen)) inodes.insert(inode);
  }
}

bool has_socket(const std::string& process, const std::set<std::string>& inodes) {
  const std::string folder = "/proc/" + process + "/fd";
  const Directory descriptors = open_directory(folder);
  if (!descriptors) return false;
  while (const dirent* entry = readdir(descriptors.get())) {
    std::array<char, 64> target{};
    const std::string path = folder + "/" + entry->d_name;
    const ssize_t size = readlink(path.c_str(), target.data(), target.size());
    std::string_view link(target.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    if (!link.starts_with("socket:[")) continue;
    link = link.substr(8, link.find(']') - 8);
    if (inodes.contains(std::string(link))) return true;
  }
  return false;
}

}  // namespace

std::string port_holder(gnet::Transport transport, std::uint16_t port) {
  const bool tcp = transport == gnet::Transport::tcp;
  std::set<std::string> inodes;
  add_inodes(tcp ? "/proc/net/tcp" : "/proc/net/udp", tcp, port, inodes);
  add_inodes(tcp ? "/proc/net/tcp6" : "/proc/net/udp6", tcp, port, inodes);
  const Directory processes = open_directory("/proc");
  if (inodes.empty() || !processes) return {};
  while (const dirent* entry = readdir(processes.get())) {
    const std::string process = entry->d_name;
    if (process.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!has_socket(process, inodes)) continue;
    std::string name;
    std::getline(std::ifstream("/proc/" + process + "/comm"), name);
    return fmt::format("{} (pid {})", name, process);
  }
  return {};
}

}  // namespace cli
