// A listening socket: TCP or unix.
//
// accept() takes connections in batches: the fiber suspends only when none is
// waiting. When the process runs out of descriptors the Listener gives up a
// reserve that it holds, so that one more connection can be served, and then says
// so; connections wait in the kernel's backlog and are not reset.
//
//   gnet::Listener listener("tcp-l://127.0.0.1:0");
//   for (;;) serve(gnet::Stream(listener.accept().fd));
//
// Of an endpoint of TLS it accepts what its user is to secure: see StreamServer, TLSStream.
//
// Threads: a Listener belongs to the hub on which it was made.

#pragma once

#include <optional>

#include "gnet/io/address.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/socket.h"

namespace gnet {

struct ListenOptions {
  int backlog = 4096;
  bool reuse_port = false;                           // several listeners share the port
  std::optional<unsigned> unix_mode = std::nullopt;  // of a unix socket; else by the umask
};

// An accepted connection; non-blocking and close-on-exec.
struct Accepted {
  UniqueFd fd;
  SocketAddress peer;
};

class Listener {
 public:
  Listener() noexcept = default;

  // Binds and listens. A host of "*" means all interfaces, IPv6 and IPv4. The path
  // of a unix socket that nobody answers on is taken over. Throws std::system_error
  // `cannot listen on tcp://127.0.0.1:6011: address already in use`. Suspends only
  // when a host name has to be resolved.
  explicit Listener(const Endpoint& endpoint, const ListenOptions& options = {});

  // Takes over a descriptor that listens, of systemd or another hub.
  explicit Listener(UniqueFd fd);

  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&&) noexcept = default;

  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }

  // Suspends until a connection is there. Throws std::system_error: among others
  // too_many_files_open, after which the caller waits before it tries again, and
  // bad_file_descriptor when another fiber closes the Listener.
  Accepted accept();

  // The two halves of accept(): suspends until a connection may be there; takes it, without
  // suspending, if there is one.
  void wait();
  [[nodiscard]] std::optional<Accepted> try_accept();

  // Stops listening; removes the path of a unix socket that it made, if it is still the same
  // socket and this is not a child of the process that made it.
  void close() noexcept;

  // With the port that the kernel chose.
  [[nodiscard]] const Endpoint& local_endpoint() const { return *local_; }

  [[nodiscard]] Socket& socket() noexcept { return socket_; }

 private:
  void hold_reserve() noexcept;
  [[nodiscard]] bool more_wait() const noexcept;

  Socket socket_;
  std::optional<Endpoint> local_;
  UniqueFd reserve_;
};

}  // namespace gnet
