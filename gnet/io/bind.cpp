#include "gnet/io/bind.h"

#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>
#include <asio/ip/address.hpp>

#include <cerrno>
#include <utility>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/io/address.h"

namespace gnet {
namespace {

std::string cannot_listen(const Endpoint& endpoint) {
  return "cannot listen on " + endpoint.with_listen(false).to_string();
}

// Whether nobody answers on a unix socket that exists.
bool is_stale(const RawAddress& address, int type) {
  const UniqueFd probe(socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return probe && connect(probe.get(), address.data(), address.size) != 0 && errno == ECONNREFUSED;
}

// Removes a socket that was left behind. False: there is none, or it is in use.
bool remove_stale(const std::string& path, const RawAddress& address, int type) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0 || !is_stale(address, type)) return false;
  // Somebody else may have taken it over meanwhile.
  struct stat now {};
  return lstat(path.c_str(), &now) == 0 && now.st_dev == found.st_dev &&
         now.st_ino == found.st_ino && unlink(path.c_str()) == 0;
}

// Whether there is something else, which is nobody's to take over.
bool is_no_socket(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode);
}

void bind_to(Socket& socket, const RawAddress& address, const Endpoint& endpoint) {
  if (bind(socket.native_handle(), address.data(), address.size) != 0) {
    throw_errno(cannot_listen(endpoint));
  }
}

}  // namespace

void bind_unix_socket(Socket& socket, const Endpoint& endpoint, std::optional<unsigned> mode) {
  const RawAddress address = SocketAddress::unix_path(endpoint.path()).raw();
  const int fd = socket.native_handle();
  // Before bind, so that at no time more is allowed than asked for.
  if (mode && !endpoint.is_abstract()) fchmod(fd, *mode);
  if (bind(fd, address.data(), address.size) != 0) {
    const int error = errno;
    const bool is_there = error == EADDRINUSE && !endpoint.is_abstract();
    if (is_there && is_no_socket(endpoint.path())) {
      throw_errno(EEXIST, cannot_listen(endpoint) + ", which is no socket");
    }
    const bool removed = is_there && endpoint.unlink().value_or(true) &&
                         remove_stale(endpoint.path(), address, socket_type(endpoint.transport()));
    if (!removed) throw_errno(error, cannot_listen(endpoint));
    bind_to(socket, address, endpoint);
  }
  if (endpoint.is_abstract()) return;
  socket.own_path(BoundPath(endpoint.path()));
  // The umask has taken from the mode what was asked for.
  if (mode) chmod(endpoint.path().c_str(), *mode);
}

void bind_source(Socket& socket, const SocketAddress& address, const Endpoint& source) {
  const RawAddress from = address.raw();
  if (bind(socket.native_handle(), from.data(), from.size) != 0) {
    throw_errno("cannot use source address " + source.to_string());
  }
  if (source.is_unix() && !source.is_abstract()) socket.own_path(BoundPath(source.path()));
}

void bind_ip_socket(Socket& socket, const Endpoint& endpoint, bool reuse_port) {
  const int type = socket_type(endpoint.transport());
  std::vector<SocketAddress> addresses;
  const bool all = endpoint.is_all_interfaces();
  if (all && endpoint.host() == "*") {
    if (endpoint.family() != Family::v4) {
      addresses.emplace_back(asio::ip::address_v6::any(), endpoint.port());
    }
    if (endpoint.family() != Family::v6) {
      addresses.emplace_back(asio::ip::address_v4::any(), endpoint.port());
    }
  } else {
    addresses = addresses_of(endpoint);
  }
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const bool last = i + 1 == addresses.size();
    try {
      Socket candidate = Socket::open(addresses[i].family(), type);
      if (type == SOCK_STREAM) candidate.set_option(SOL_SOCKET, SO_REUSEADDR, 1);
      if (reuse_port) candidate.set_option(SOL_SOCKET, SO_REUSEPORT, 1);
      if (addresses[i].family() == AF_INET6) {
        const bool dual = all && endpoint.family() == Family::any;
        candidate.set_option(IPPROTO_IPV6, IPV6_V6ONLY, dual ? 0 : 1);
      }
      bind_to(candidate, addresses[i].raw(), endpoint);
      socket = std::move(candidate);
      return;
    } catch (const std::system_error& error) {
      // A host without IPv6: the next address may do. A taken port is an answer.
      if (last || error.code() == std::errc::address_in_use) throw;
    }
  }
}

}  // namespace gnet
