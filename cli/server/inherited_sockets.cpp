#include "cli/server/inherited_sockets.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "cli/out/inherited_descriptors.h"

namespace cli {
namespace {

constexpr int kFirst = 3;

std::string take_variable(const char* name) {
  const char* text = std::getenv(name);
  std::string value = text == nullptr ? "" : text;
  unsetenv(name);
  return value;
}

long number(const std::string& text) {
  long value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

}  // namespace

std::vector<InheritedSocket> take_inherited_sockets() {
  const long owner = number(take_variable("LISTEN_PID"));
  const long count = number(take_variable("LISTEN_FDS"));
  const std::string all_names = take_variable("LISTEN_FDNAMES");
  std::vector<InheritedSocket> sockets;
  if (owner != getpid() || count < 1 || count > 1000) return sockets;
  std::string_view names = all_names;
  for (int fd = kFirst; fd < kFirst + count; ++fd) {
    const std::size_t colon = std::min(names.find(':'), names.size());
    const std::string name(names.substr(0, colon));
    names.remove_prefix(std::min(colon + 1, names.size()));
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) continue;
    keep_inherited_descriptor(fd);
    sockets.push_back({gnet::UniqueFd(fd), name});
  }
  return sockets;
}

}  // namespace cli
