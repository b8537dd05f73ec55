#include "commands/ports_free.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "cli/out/failure.h"
#include "gnet/base/random.h"

namespace commands {
namespace {

// A socket that is bound to this port of all addresses. None: somebody has it, or part of it.
gnet::UniqueFd bind_everywhere(int type, std::uint16_t port) {
  gnet::UniqueFd fd(socket(AF_INET6, type | SOCK_CLOEXEC, 0));
  sockaddr_in6 both{};
  both.sin6_family = AF_INET6;
  both.sin6_port = htons(port);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  const bool has_v6 = static_cast<bool>(fd);
  if (!has_v6 && errno == EAFNOSUPPORT) {
    fd = gnet::UniqueFd(socket(AF_INET, type | SOCK_CLOEXEC, 0));
  }
  if (!fd) {
    throw cli::Failure(cli::Exit::io, "cannot hold the ports: " + cli::error_text(errno), {}, {},
                       std::error_code(errno, std::generic_category()));
  }
  int status = 0;
  if (has_v6) {
    const int off = 0;
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    status = bind(fd.get(), reinterpret_cast<const sockaddr*>(&both), sizeof both);
  } else {
    status = bind(fd.get(), reinterpret_cast<const sockaddr*>(&four), sizeof four);
  }
  if (status == 0) return fd;
  if (errno == EADDRINUSE) return {};
  throw cli::Failure(cli::Exit::listen,
                     fmt::format("cannot bind to port {}: {}", port, cli::error_text(errno)));
}

}  // namespace

FreePorts FreePorts::take(std::uint64_t count, cli::PortRange range,
                          const gnet::SocketQuery& query) {
  FreePorts free;
  const std::uint32_t size = std::uint32_t{range.high} - range.low + 1;
  const auto first = static_cast<std::uint32_t>(gnet::random_bits() % size);
  for (std::uint32_t i = 0; i < size && free.ports_.size() < count; ++i) {
    const auto port = static_cast<std::uint16_t>(range.low + (first + i) % size);
    std::vector<gnet::UniqueFd> fds;
    if (query.tcp) fds.push_back(bind_everywhere(SOCK_STREAM, port));
    if (query.udp && (fds.empty() || fds.back())) fds.push_back(bind_everywhere(SOCK_DGRAM, port));
    if (!fds.back()) continue;
    free.ports_.push_back(port);
    for (gnet::UniqueFd& fd : fds) free.held_.push_back(std::move(fd));
  }
  if (free.ports_.size() == count) return free;
  throw cli::Failure(
      cli::Exit::negative,
      fmt::format("only {} of the ports {}-{} {} free, not {}", free.ports_.size(), range.low,
                  range.high, free.ports_.size() == 1 ? "is" : "are", count));
}

}  // namespace commands
