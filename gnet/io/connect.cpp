#include "gnet/io/connect.h"

#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/io/address.h"
#include "gnet/io/bind.h"
#include "gnet/io/tls_stream.h"

namespace gnet {
namespace {

using Addresses = std::vector<SocketAddress>;

// Between attempts where nothing tells when the next one may succeed.
constexpr Duration kShortestPause = std::chrono::milliseconds(1);
constexpr Duration kLongestPause = std::chrono::milliseconds(32);

// Alternates the families, starting with that of the first (RFC 8305, section 4).
Addresses interleave(const Addresses& sorted) {
  Addresses first;
  Addresses second;
  for (const auto& address : sorted) {
    (address.family() == sorted.front().family() ? first : second).push_back(address);
  }
  Addresses result;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) result.push_back(first[i]);
    if (i < second.size()) result.push_back(second[i]);
  }
  return result;
}

class Connector {
 public:
  Connector(const Endpoint& endpoint, const ConnectOptions& options)
      : endpoint_(endpoint), options_(options), deadline_(options.limit()) {}

  Stream connect() {
    const Addresses addresses = interleave(find_addresses());
    if (addresses.size() == 1) return Stream(attempt(addresses.front()));
    return Stream(race(addresses));
  }

 private:
  [[nodiscard]] std::string what() const { return "cannot connect to " + endpoint_.to_string(); }

  [[nodiscard]] Addresses find_addresses() const {
    return options_.addresses.empty() ? addresses_of(endpoint_, deadline_) : options_.addresses;
  }

  Socket attempt(const SocketAddress& address) const {
    Socket socket = Socket::open(address.family(), socket_type(endpoint_.transport()));
    prepare(socket, address.family());
    const int fd = socket.native_handle();
    const RawAddress to = address.raw();
    Duration pause = kShortestPause;
    while (::connect(fd, to.data(), to.size) != 0) {
      if (errno == EINPROGRESS) return established(std::move(socket));
      if (errno != EAGAIN || !endpoint_.is_unix()) throw_errno(what());
      // The backlog of a unix listener is full: nothing tells when it has room again.
      if (deadline_.passed()) throw_timed_out(what(), began_);
      sleep(Deadline(pause).earlier(deadline_).when() - Clock::now());
      pause = std::min(2 * pause, kLongestPause);
    }
    return socket;
  }

  [[nodiscard]] Socket established(Socket socket) const {
    // Until the poller says so.
    socket.full();
    if (!socket.wait_writable(deadline_)) throw_timed_out(what(), began_);
    if (const auto error = socket.take_error()) throw_error(error, what());
    return socket;
  }

  void prepare(Socket& socket, int family) const {
    refuse_nul(options_.interface, "cannot use interface " + options_.interface, "its name");
    if (!options_.interface.empty() &&
        setsockopt(socket.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, options_.interface.c_str(),
                   static_cast<socklen_t>(options_.interface.size())) != 0) {
      throw_errno("cannot use interface " + options_.interface);
    }
    if (!options_.source) return;
    const auto sources = addresses_of(*options_.source, deadline_);
    const auto found = std::find_if(sources.begin(), sources.end(), [family](const auto& source) {
      return source.family() == family;
    });
    if (found == sources.end()) throw_errno(EAFNOSUPPORT, what());
    bind_source(socket, *found, *options_.source);
  }

  Socket race(const Addresses& addresses) const {
    std::vector<std::unique_ptr<Fiber<Socket>>> attempts;
    // Whatever ends the race ends the runners, and their sockets with them.
    struct Stop {
      ~Stop() {
        for (auto& attempt : attempts) attempt->kill_async();
      }
      std::vector<std::unique_ptr<Fiber<Socket>>>& attempts;
    } const stop{attempts};
    std::vector<bool> failed;
    std::exception_ptr last_error;
    for (;;) {
      if (attempts.size() < addresses.size()) {
        const SocketAddress& address = addresses[attempts.size()];
        // The fiber may outlive this call by a moment: it has its own copy.
        attempts.push_back(std::make_unique<Fiber<Socket>>(
            spawn([runner = *this, address] { return runner.attempt(address); })));
        failed.push_back(false);
      }
      Deadline next = deadline_;
      if (attempts.size() < addresses.size()) {
        next = next.earlier(Deadline(options_.attempt_delay));
      }
      std::vector<std::size_t> running;
      std::vector<Fiber<Socket>*> waited;
      for (std::size_t i = 0; i < attempts.size(); ++i) {
        if (failed[i]) continue;
        running.push_back(i);
        waited.push_back(attempts[i].get());
      }
      if (waited.empty() && attempts.size() == addresses.size()) {
        std::rethrow_exception(last_error);
      }
      const auto ended = wait(waited, {.deadline = next, .count = 1});
      for (const std::size_t index : ended) {
        auto& attempt = *attempts[running[index]];
        if (attempt.successful()) return std::move(attempt).get();
        failed[running[index]] = true;
        last_error = attempt.exception();
      }
      if (ended.empty() && deadline_.passed()) throw_timed_out(what(), began_);
    }
  }

  Endpoint endpoint_;
  ConnectOptions options_;
  TimePoint began_ = Clock::now();
  Deadline deadline_;
};

}  // namespace

AnyStream connect(const Endpoint& endpoint, const ConnectOptions& options,
                  std::optional<TLSContext> tls) {
  const auto context = TLSContext::client_for(endpoint, std::move(tls));
  ConnectOptions limited = options;
  limited.deadline = options.limit();
  Stream stream = detail::connect_below(endpoint, limited);
  if (!context) return stream;
  TLSStream secured(std::move(stream), *context, endpoint.server_name());
  secured.handshake(*limited.deadline);
  return secured;
}

Stream connect_stream(const Endpoint& endpoint, const ConnectOptions& options) {
  if (endpoint.is_tls()) {
    throw BadEndpoint(endpoint.url(),
                      "connect_stream() does not secure connections: use connect()");
  }
  return detail::connect_below(endpoint, options);
}

Stream detail::connect_below(const Endpoint& endpoint, const ConnectOptions& options) {
  if (endpoint.is_datagram()) {
    throw BadEndpoint(endpoint.url(), "datagrams have no connection: use a DatagramSocket");
  }
  if (endpoint.is_local() || endpoint.is_ws() || endpoint.proxy()) {
    throw BadEndpoint(endpoint.url(), "this is no socket, nor TLS: use link::open_stream()");
  }
  return Connector(endpoint, options).connect();
}

}  // namespace gnet
